// The list: as long as it likes, with at most 40 options in the document. One tab stop; the option in view is always
// there, so that a screen reader can follow it.
import { freshId, make } from "./dom.js";
import { MARKS, TEXTS } from "./texts.js";

const ROW_PX = 26;
const MOST = 40;

export function listPane({ columns, onSelect }) {
  const id = freshId("option");
  const inner = make("div", { className: "gini-list-inner", attributes: { role: "presentation" } });
  const box = make("div", {
    className: "gini-list",
    attributes: { role: "listbox", tabindex: "0", "aria-label": TEXTS.list },
  }, inner);
  const empty = make("p", { className: "gini-soft gini-empty" });
  const state = { rows: new Int32Array(0), byDocument: false, at: -1 };
  const shown = new Map();

  function content(row) {
    const document = columns().document(row);
    if (state.byDocument) {
      const { starts, wrong } = columns().places();
      const place = columns().codes.document[row];
      const total = starts[place + 1] - starts[place];
      const told = document.status === "failed" ? TEXTS.failed
        : columns().head.kind === "documents" || columns().blind ? `${total}` : `${wrong[place]} of ${total} wrong`;
      return [make("span", { text: document.name, className: "gini-name" }), make("span", { text: told, className: "gini-soft" })];
    }
    const hidden = columns().hides(row);
    const outcome = hidden ? TEXTS.open : columns().label("change", row) || columns().label("outcome", row);
    const [mark, look] = (!hidden && MARKS[columns().label("outcome", row)]) || ["", "soft"];
    const decided = columns().label("decided", row);
    const number = columns().label("name", row).includes(".") ? ` ${columns().codes.row[row] + 1}` : "";
    return [
      make("span", { text: document.name, className: "gini-name" }),
      make("span", { text: `${columns().label("name", row)}${number}`, className: "gini-name" }),
      make("span", { text: `${mark} ${outcome}${decided ? ` · ${decided}` : ""}`, className: `gini-${look} gini-outcome` }),
    ];
  }

  function option(place) {
    const row = state.rows[place];
    const element = make("div", {
      className: "gini-option",
      attributes: {
        id: `${id}-${place}`, role: "option", "aria-selected": String(place === state.at),
        "aria-setsize": state.rows.length, "aria-posinset": place + 1,
      },
    }, ...content(row));
    element.style.top = `${place * ROW_PX}px`;
    element.addEventListener("pointerdown", () => onSelect(row));
    return element;
  }

  function inSight() {
    const first = Math.max(0, Math.floor(box.scrollTop / ROW_PX) - 2);
    const visible = Math.min(MOST - 2, Math.ceil((box.clientHeight || 400) / ROW_PX) + 4);
    return [first, Math.min(state.rows.length, first + visible)];
  }

  function draw(anew = false) {
    if (anew) {
      for (const element of shown.values()) element.remove();
      shown.clear();
    }
    const [from, to] = inSight();
    const wanted = new Set(state.at >= 0 ? [state.at] : []);
    for (let place = from; place < to; place += 1) wanted.add(place);
    for (const [place, element] of shown) {
      if (!wanted.has(place)) {
        element.remove();
        shown.delete(place);
      }
    }
    for (const place of wanted) {
      if (!shown.has(place)) {
        shown.set(place, option(place));
        inner.append(shown.get(place));
      }
      shown.get(place).setAttribute("aria-selected", String(place === state.at));
    }
    if (state.at >= 0) box.setAttribute("aria-activedescendant", `${id}-${state.at}`);
    else box.removeAttribute("aria-activedescendant");
  }

  function reveal() {
    const top = state.at * ROW_PX;
    const height = box.clientHeight;
    if (state.at < 0 || !height) return;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + ROW_PX > box.scrollTop + height) box.scrollTop = top + ROW_PX - height;
  }

  box.addEventListener("scroll", () => draw(), { passive: true });
  const watcher = new ResizeObserver(() => draw());
  watcher.observe(box);
  return {
    element: make("div", { className: "gini-list-pane" }, box, empty),
    focus: () => box.focus({ preventScroll: true }),
    state,
    close: () => watcher.disconnect(),
    // Show these rows; of documents only the first row of each.
    show(rows, byDocument, message) {
      state.byDocument = byDocument;
      state.rows = byDocument ? columns().firsts(rows) : rows;
      inner.style.height = `${state.rows.length * ROW_PX}px`;
      empty.textContent = state.rows.length ? "" : message;
      state.at = -1;
      draw(true);
    },
    move(row) {
      const of = columns()?.codes.document;
      state.at = row === null ? -1
        : state.byDocument ? state.rows.findIndex((one) => of[one] === of[row]) : state.rows.indexOf(row);
      reveal();
      draw();
    },
  };
}
