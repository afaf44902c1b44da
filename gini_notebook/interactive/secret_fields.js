// Password fields, what belongs to them, and the button beside them. What is typed here lives in the page only: nothing
// is a synced property of the model, so no saved notebook can hold it, and the values travel together with the click,
// so a click cannot overtake the typing.
import { make, ownKeys } from "./explorer/view/dom.js";

// JupyterLab would take letters as shortcuts of the notebook.
function keepKeys(element, onEnter) {
  element.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter" && onEnter) onEnter();
  });
}

// A button that shows what was typed, and hides it again.
function shower(input, label) {
  const button = make("button", { className: "gini-show", text: "Show" });
  button.type = "button";
  function set(shown) {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-label", `${shown ? "Hide" : "Show"} ${label.toLowerCase()}`);
    button.setAttribute("aria-pressed", String(shown));
  }
  button.addEventListener("click", () => set(input.type === "password"));
  keepKeys(button);
  set(false);
  return { button, set };
}

function field(id, name, label, ready) {
  const row = make("div", { className: "gini-secret" });
  const caption = make("label", { text: label });
  caption.htmlFor = id;
  const input = document.createElement("input");
  input.id = id;
  input.name = name;
  input.autocomplete = "off";
  input.spellcheck = false;
  keepKeys(input, ready);
  const { button, set } = shower(input, label);
  row.append(caption, input, button);
  return { row, input, hide: () => set(false) };
}

function choice(id, label) {
  const row = make("div", { className: "gini-login-choice" });
  const input = document.createElement("input");
  input.type = "checkbox";
  input.id = id;
  keepKeys(input);
  const caption = make("label", { text: label });
  caption.htmlFor = id;
  row.append(input, caption);
  return { row, input };
}

function help(url, text) {
  const row = make("p", { className: "gini-login-help" });
  const link = make("a", { text: "Where do I get these?" });
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  row.append(link, ` ${text}`);
  return row;
}

function render({ model, el }) {
  const box = make("div", { className: "gini-secrets" });
  ownKeys(box);
  const button = make("button", { className: "jupyter-button mod-primary gini-submit" });
  button.type = "button";
  // Read out by screen readers when it changes.
  const line = document.createElement("div");
  line.setAttribute("role", "status");
  const fields = new Map();
  const token = Math.random().toString(36).slice(2);
  let remember = null;

  function submit() {
    if (button.disabled) return;
    const values = {};
    for (const [name, { input, hide }] of fields) {
      values[name] = input.value;
      input.value = "";
      hide();
    }
    button.disabled = true;
    model.send({ event: "submit", values, remember: remember !== null && remember.checked });
  }

  function draw() {
    const kept = new Map([...fields].map(([name, { input }]) => [name, input.value]));
    const wanted = remember === null ? model.get("ticked") : remember.checked;
    fields.clear();
    remember = null;
    box.replaceChildren();
    for (const [name, label] of model.get("fields")) {
      const one = field(`gini-${token}-${name}`, name, label, submit);
      one.input.value = kept.get(name) ?? "";
      fields.set(name, one);
      box.append(one.row);
    }
    if (model.get("remember")) {
      const { row, input } = choice(`gini-${token}-remember`, model.get("remember"));
      input.checked = wanted;
      remember = input;
      box.append(row);
    }
    button.textContent = model.get("button");
    box.append(button, line);
    if (model.get("help")) box.append(help(model.get("help_url"), model.get("help")));
  }

  function say() {
    line.className = model.get("refused") ? "gini-line gini-refused" : "gini-line";
    line.textContent = model.get("message");
  }

  function answered(message) {
    if (message.event === "again") {
      button.disabled = false;
      fields.values().next().value?.input.focus();
    }
  }

  const drawn = "change:fields change:button change:remember change:help";
  button.addEventListener("click", submit);
  model.on(drawn, draw);
  model.on("change:message change:refused", say);
  model.on("msg:custom", answered);
  draw();
  say();
  el.append(box);
  return () => {
    for (const { input } of fields.values()) input.value = "";
    model.off(drawn, draw);
    model.off("change:message change:refused", say);
    model.off("msg:custom", answered);
  };
}

export default { render };
