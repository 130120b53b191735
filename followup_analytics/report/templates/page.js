"use strict";
// Verdicts can be narrowed down by their word. Without scripts the whole table is there.
for (const table of document.querySelectorAll("table.verdicts")) {
  const words = [...new Set([...table.tBodies[0].rows].map((row) => row.cells[row.cells.length - 1].textContent))];
  if (words.length < 2) continue;
  const label = document.createElement("label");
  label.className = "filter";
  label.textContent = `${table.dataset.label} `;
  const choice = document.createElement("select");
  choice.add(new Option(table.dataset.all, "all"));
  for (const word of words) choice.add(new Option(word, word));
  choice.addEventListener("change", () => {
    for (const row of table.tBodies[0].rows) {
      row.hidden = choice.value !== "all" && row.cells[row.cells.length - 1].textContent !== choice.value;
    }
  });
  label.append(choice);
  table.parentElement.before(label);
}
