// Draws what the kernel says of a run: numbers, bar, buttons, reasons. All of it comes as one small message at a time;
// nothing is a property of the model, so no saved notebook holds it.
import { make, ownKeys } from "./explorer/view/dom.js";

const SEGMENTS = [
  ["read", "read"],
  ["at_service", "at the service"],
  ["failed", "failed"],
  ["unclear", "unclear"],
  ["waiting", "waiting"],
];

function bar(told) {
  const whole = make("div", { className: "gini-run-bar" });
  whole.setAttribute("role", "progressbar");
  whole.setAttribute("aria-valuemin", "0");
  whole.setAttribute("aria-valuemax", String(told.total));
  whole.setAttribute("aria-valuenow", String(told.counts.read + told.counts.failed));
  whole.setAttribute("aria-valuetext", told.line);
  whole.setAttribute("aria-label", `Run ${told.name}`);
  for (const [name] of SEGMENTS) {
    if (!told.counts[name]) continue;
    const part = make("span", { className: `gini-part gini-run-${name}` });
    part.style.flexGrow = String(told.counts[name]);
    whole.append(part);
  }
  return whole;
}

function legend(told) {
  const list = make("ul", { className: "gini-legend" });
  for (const [name, label] of SEGMENTS) {
    if (!told.counts[name] && name !== "read") continue;
    const key = make("span", { className: `gini-key gini-part gini-run-${name}` });
    list.append(make("li", {}, key, `${told.counts[name].toLocaleString("en")} ${label}`));
  }
  return list;
}

function reasons(told) {
  const list = make("ul", { className: "gini-reasons" });
  for (const { count, error } of told.reasons) {
    list.append(make("li", { text: `${count.toLocaleString("en")} × ${error}` }));
  }
  if (told.other_reasons) list.append(make("li", { text: `… and ${told.other_reasons} more reasons` }));
  return list;
}

function render({ model, el }) {
  const box = make("section", { className: "gini-root gini-panel" });
  const head = make("div", { className: "gini-head" });
  const body = make("div", { className: "gini-run" });
  const buttons = make("div", { className: "gini-buttons" });
  const state = make("div", { className: "gini-state" });
  // Only the state is read out when it changes; numbers that run would never let a screen reader rest.
  state.setAttribute("role", "status");
  box.append(head, body, buttons, state);
  ownKeys(box);
  const known = new Map();

  function button(name, label) {
    if (!known.has(name)) {
      const one = make("button", { className: "jupyter-button gini-button" });
      one.type = "button";
      one.addEventListener("click", () => {
        one.disabled = true;
        model.send({ event: name });
      });
      known.set(name, one);
    }
    const one = known.get(name);
    one.textContent = label;
    one.disabled = false;
    return one;
  }

  function copier(text) {
    if (!known.has("copy")) {
      const one = make("button", { className: "jupyter-button gini-button" });
      one.type = "button";
      one.addEventListener("click", () => navigator.clipboard?.writeText(one.dataset.text));
      known.set("copy", one);
    }
    const one = known.get("copy");
    one.dataset.text = text;
    one.textContent = "Copy request id of the last error";
    return one;
  }

  function show(told) {
    head.replaceChildren(make("strong", { text: told.name }), make("span", { className: "gini-pace", text: told.pace }));
    const parts = [bar(told), legend(told), make("p", { className: "gini-known", text: told.known })];
    if (told.reasons.length) parts.push(reasons(told));
    body.replaceChildren(...parts);
    const wanted = told.buttons.map(([name, label]) => button(name, label));
    if (told.request_id) wanted.push(copier(told.request_id));
    if ([...buttons.children].some((one, at) => one !== wanted[at]) || buttons.children.length !== wanted.length) {
      const focused = document.activeElement;
      buttons.replaceChildren(...wanted);
      if (wanted.includes(focused)) focused.focus();
    }
    if (state.textContent !== told.state) state.textContent = told.state;
  }

  function answered(message) {
    if (message.event === "look") show(message);
  }

  model.on("msg:custom", answered);
  model.send({ event: "hello" });
  el.append(box);
  return () => model.off("msg:custom", answered);
}

export default { render };
