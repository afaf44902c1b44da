// Where there is no room for three panes: which of them is to be seen.
import { button, make } from "./dom.js";
import { TEXTS } from "./texts.js";

export function tabBar(names, onChoose) {
  const tabs = names.map((name) => button(TEXTS[name], TEXTS[name], () => choose(name), { "aria-pressed": String(name === "list") }));
  const choose = (name) => {
    tabs.forEach((tab, place) => tab.setAttribute("aria-pressed", String(names[place] === name)));
    onChoose(name);
  };
  return make("div", { className: "gini-tabs" }, ...tabs);
}
