// Draws what the kernel says of a run: numbers, bar, buttons, reasons. All of it comes as one small message at a time;
// nothing is a property of the model, so no saved notebook holds it.
const SEGMENTS = [
  ["read", "read"],
  ["at_service", "at the service"],
  ["failed", "failed"],
  ["unclear", "unclear"],
  ["waiting", "waiting"],
];

function made(name, className, text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

function bar(told) {
  const whole = made("div", "gini-bar");
  whole.setAttribute("role", "progressbar");
  whole.setAttribute("aria-valuemin", "0");
  whole.setAttribute("aria-valuemax", String(told.total));
  whole.setAttribute("aria-valuenow", String(told.counts.read + told.counts.failed));
  whole.setAttribute("aria-valuetext", told.line);
  whole.setAttribute("aria-label", `Run ${told.name}`);
  for (const [name] of SEGMENTS) {
    if (!told.counts[name]) continue;
    const part = made("span", `gini-part gini-${name}`);
    part.style.flexGrow = String(told.counts[name]);
    whole.append(part);
  }
  return whole;
}

function legend(told) {
  const list = made("ul", "gini-legend");
  for (const [name, label] of SEGMENTS) {
    if (!told.counts[name] && name !== "read") continue;
    const item = made("li", "");
    item.append(made("span", `gini-key gini-part gini-${name}`), `${told.counts[name].toLocaleString("en")} ${label}`);
    list.append(item);
  }
  return list;
}

function reasons(told) {
  const list = made("ul", "gini-reasons");
  for (const { count, error } of told.reasons) list.append(made("li", "", `${count.toLocaleString("en")} × ${error}`));
  if (told.other_reasons) list.append(made("li", "", `… and ${told.other_reasons} more reasons`));
  return list;
}

function render({ model, el }) {
  const box = made("section", "gini-panel");
  const head = made("div", "gini-head");
  const body = made("div", "gini-body");
  const buttons = made("div", "gini-buttons");
  const state = made("div", "gini-state");
  // Only the state is read out when it changes; numbers that run would never let a screen reader rest.
  state.setAttribute("role", "status");
  box.append(head, body, buttons, state);
  const known = new Map();

  function button(name, label) {
    if (!known.has(name)) {
      const one = made("button", "jupyter-button gini-button");
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
      const one = made("button", "jupyter-button gini-button");
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
    head.replaceChildren(made("strong", "", told.name), made("span", "gini-pace", told.pace));
    const parts = [bar(told), legend(told), made("p", "gini-known", told.known)];
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
