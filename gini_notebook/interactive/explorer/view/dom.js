// Elements whose every text is text. Nothing here, or anywhere else in this view, reads markup.
export function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  if (options.text !== undefined) element.textContent = options.text;
  if (options.className) element.className = options.className;
  for (const [name, value] of Object.entries(options.attributes ?? {})) element.setAttribute(name, value);
  if (options.onClick) element.addEventListener("click", options.onClick);
  element.append(...children);
  return element;
}

export function button(text, label, onClick, attributes = {}) {
  return make("button", {
    text,
    className: "gini-button",
    attributes: { type: "button", title: label, "aria-label": label, ...attributes },
    onClick,
  });
}

// Notebook 7 looks at keys before any view does, and cuts the cell on an x, unless what has the focus itself says no.
export function ownKeys(root, signal) {
  root.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"), { signal });
}

const SVG = "http://www.w3.org/2000/svg";

export function drawn(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

let numbered = 0;

export function freshId(name) {
  numbered += 1;
  return `gini-${name}-${numbered}-${Math.random().toString(36).slice(2, 7)}`;
}
