// The explorer's lists in a notebook. What is shown for a choice is made in Python, every text escaped.
function render({ model, el }) {
  const choices = document.createElement("div");
  choices.style.cssText = "display:flex;flex-wrap:wrap;gap:0.4em 1.5em;margin:0.3em 0";
  for (const { name, words, options } of model.get("lists")) {
    const label = document.createElement("label");
    const select = document.createElement("select");
    for (const [value, said] of options) {
      select.add(new Option(said, value));
    }
    // Without this, on the very element that has the focus, JupyterLab takes arrows and letters for its shortcuts.
    select.setAttribute("data-lm-suppress-shortcuts", "true");
    select.name = name;
    select.value = model.get("chosen")[name];
    select.style.cssText = "font:inherit;margin-left:0.4em";
    select.addEventListener("change", () => {
      model.set("chosen", { ...model.get("chosen"), [name]: select.value });
      model.save_changes();
    });
    label.append(words, select);
    choices.append(label);
  }
  const shown = document.createElement("div");
  shown.setAttribute("aria-live", "polite");
  const show = () => {
    shown.innerHTML = model.get("shown");
  };
  model.on("change:shown", show);
  show();
  el.classList.add("followup-explorer");
  el.append(choices, shown);
}

export default { render };
