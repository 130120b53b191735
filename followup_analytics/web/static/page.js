"use strict";
// Everything works without this. With it, choices show at once, uploads and long work tell how far they are.
const wide = window.matchMedia("(min-width: 44.01rem)");
const menu = document.querySelector(".menu");
// Whoever hasn't signed in yet has no menu.
const fold = () => { if (menu) menu.open = wide.matches; };
fold();
wide.addEventListener("change", fold);

for (const form of document.querySelectorAll("form.choices")) {
  for (const field of form.querySelectorAll("select")) field.addEventListener("change", () => form.requestSubmit());
}

for (const field of document.querySelectorAll("[data-own-zone]")) {
  if (!field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function say(form, text) {
  let told = form.querySelector("[role=status]");
  if (!told) {
    told = document.createElement("p");
    told.setAttribute("role", "status");
    form.append(told);
  }
  told.textContent = text;
}

for (const form of document.querySelectorAll("form.stack, form.big")) {
  if (form.hasAttribute("data-upload")) continue;
  form.addEventListener("submit", () => {
    say(form, "Working …");
    window.setTimeout(() => say(form, ""), 60000);
  });
}

const upload = document.querySelector("form[data-upload]");
if (upload) {
  const files = upload.querySelector("input[type=file]");
  const bar = upload.querySelector("progress");
  for (const name of ["dragenter", "dragover"]) upload.addEventListener(name, (event) => { event.preventDefault(); upload.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) upload.addEventListener(name, (event) => { event.preventDefault(); upload.classList.remove("over"); });
  upload.addEventListener("drop", (event) => { files.files = event.dataTransfer.files; });
  upload.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.open("POST", upload.action);
    bar.hidden = false;
    say(upload, "Reading …");
    request.upload.addEventListener("progress", (step) => { if (step.lengthComputable) bar.value = (100 * step.loaded) / step.total; });
    request.upload.addEventListener("load", () => say(upload, "Looking at them …"));
    request.addEventListener("load", () => {
      if (request.status < 400 && request.responseURL) window.location.assign(request.responseURL);
      else if (request.responseXML) say(upload, request.responseXML.querySelector("[role=alert]")?.textContent ?? "That can’t be done.");
      else say(upload, request.response?.textContent ?? "That can’t be done.");
    });
    request.addEventListener("error", () => say(upload, "The program doesn’t answer: is it still running?"));
    request.responseType = "document";
    request.send(new FormData(upload));
  });
}

const working = document.querySelector("[data-events]");
if (working) {
  const heard = new EventSource(working.dataset.events);
  const bar = working.querySelector("progress");
  heard.addEventListener("message", (event) => {
    const now = JSON.parse(event.data);
    working.querySelector(".said").textContent = now.said;
    if (now.share === null) bar.removeAttribute("value"); else bar.value = 100 * now.share;
    if (now.state !== "running") {
      heard.close();
      window.location.reload();
    }
  });
}

for (const form of document.querySelectorAll("form[data-live]")) {
  let waiting;
  form.addEventListener("input", (event) => {
    const shown = event.target.parentElement.querySelector("output");
    if (shown) shown.textContent = event.target.value;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(async () => {
      const answer = await fetch(`${form.action}?${new URLSearchParams(new FormData(form))}`);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.querySelector("#answer").replaceWith(fresh.querySelector("#answer"));
      document.querySelector(".same")?.replaceWith(fresh.querySelector(".same"));
    }, 250);
  });
}
