// Password fields and the button beside them. What is typed here lives in the page only: nothing is a synced
// property of the model, so no saved notebook can hold it, and the values travel together with the click, so a click
// cannot overtake the typing.
function field(id, name, label, ready) {
  const row = document.createElement("div");
  row.className = "gini-secret";
  const caption = document.createElement("label");
  caption.htmlFor = id;
  caption.textContent = label;
  const input = document.createElement("input");
  input.type = "password";
  input.id = id;
  input.name = name;
  input.autocomplete = "off";
  input.spellcheck = false;
  // JupyterLab would take letters as shortcuts of the notebook.
  input.dataset.lmSuppressShortcuts = "true";
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") ready();
  });
  row.append(caption, input);
  return { row, input };
}

function render({ model, el }) {
  const box = document.createElement("div");
  box.className = "gini-secrets";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-button mod-primary gini-submit";
  // Read out by screen readers when it changes.
  const line = document.createElement("div");
  line.setAttribute("role", "status");
  const inputs = new Map();
  const token = Math.random().toString(36).slice(2);

  function submit() {
    if (button.disabled) return;
    const values = {};
    for (const [name, input] of inputs) {
      values[name] = input.value;
      input.value = "";
    }
    button.disabled = true;
    model.send({ event: "submit", values });
  }

  function draw() {
    const kept = new Map([...inputs].map(([name, input]) => [name, input.value]));
    inputs.clear();
    box.replaceChildren();
    for (const [name, label] of model.get("fields")) {
      const { row, input } = field(`gini-${token}-${name}`, name, label, submit);
      input.value = kept.get(name) ?? "";
      inputs.set(name, input);
      box.append(row);
    }
    button.textContent = model.get("button");
    box.append(button, line);
  }

  function say() {
    line.className = model.get("refused") ? "gini-line gini-refused" : "gini-line";
    line.textContent = model.get("message");
  }

  function answered(message) {
    if (message.event === "again") {
      button.disabled = false;
      inputs.values().next().value?.focus();
    }
  }

  button.addEventListener("click", submit);
  model.on("change:fields change:button", draw);
  model.on("change:message change:refused", say);
  model.on("msg:custom", answered);
  draw();
  say();
  el.append(box);
  return () => {
    for (const input of inputs.values()) input.value = "";
    model.off("change:fields change:button", draw);
    model.off("change:message change:refused", say);
    model.off("msg:custom", answered);
  };
}

export default { render };
