// Keys, on the root and before anybody else: what counts is that the focus is inside, not what has it. Letters are
// never taken from somebody who types, and combinations with Ctrl, Alt or Meta belong to the browser.
import { button, make, ownKeys } from "./dom.js";
import { TEXTS } from "./texts.js";

export function isTyping(element) {
  if (element.tagName === "TEXTAREA" || element.tagName === "SELECT" || element.isContentEditable) return true;
  return element.tagName === "INPUT" && !["checkbox", "radio", "button"].includes(element.type);
}

export function listen(root, commands, signal, given) {
  ownKeys(root, signal);
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const target = event.target;
    const names = given()?.names ?? {};
    const name = event.shiftKey && event.key === "ArrowDown" ? "nextDocument"
      : event.shiftKey && event.key === "ArrowUp" ? "previousDocument"
        : event.code === "Comma" ? "wordBack" : event.code === "Period" ? "wordOn"
          : /^[1-9]$/.test(event.key) ? "candidate" : names[event.key] ?? (event.shiftKey ? names[event.key.toLowerCase()] : undefined);
    // The field of the truth is kept with Enter.
    if (target.classList.contains("gini-edit") && event.key === "Enter") {
      event.stopPropagation();
      event.preventDefault();
      commands.keep(event);
      return;
    }
    if (isTyping(target) && !(event.key === "Escape" || (event.key === "ArrowDown" && target.type === "search"))) {
      event.stopPropagation();
      return;
    }
    // A box that is drawn by keys is moved by the arrows.
    if (/^Arrow/.test(event.key) && commands.moveBox(event)) {
      event.stopPropagation();
      event.preventDefault();
      return;
    }
    // A menu of choices and the table have arrows of their own.
    const own = target.closest?.(".gini-choices, .gini-grid tbody");
    if (own && ["ArrowDown", "ArrowUp", "Home", "End", "Enter"].includes(event.key)) return;
    if (event.key === "Enter" && target.closest?.("button, summary, select")) {
      event.stopPropagation();
      return;
    }
    // Nothing that is typed here reaches the notebook, which would take letters for commands.
    event.stopPropagation();
    if (!name) return;
    event.preventDefault();
    (commands[name] ?? commands.verdict(name))(event);
  }, { capture: true, signal });
}

export function help() {
  const rows = make("tbody", {});
  const dialog = make("dialog", { className: "gini-help", attributes: { "aria-label": TEXTS.keys } },
    make("table", { className: "gini-table" }, make("caption", { text: TEXTS.keys }), rows));
  dialog.append(button("Close", "Close", () => dialog.close()));
  const fill = (keys) => rows.replaceChildren(...keys.map(([key, text]) =>
    make("tr", {}, make("th", { text: key, attributes: { scope: "row" } }), make("td", { text }))));
  return { element: dialog, fill, toggle: () => (dialog.open ? dialog.close() : dialog.show()), isOpen: () => dialog.open, close: () => dialog.close() };
}
