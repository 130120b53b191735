"use strict";
// Everything works without this. With it, long work says so, and choices show at once.
for (const form of document.querySelectorAll("form.choices")) {
  for (const field of form.querySelectorAll("select")) field.addEventListener("change", () => form.requestSubmit());
}
for (const form of document.querySelectorAll("form.stack")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    const told = document.createElement("span");
    told.setAttribute("role", "status");
    told.textContent = " Working …";
    button.after(told);
    window.setTimeout(() => told.remove(), 60000);
  });
}
