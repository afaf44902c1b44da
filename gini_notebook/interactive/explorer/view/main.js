// The explorer's view: list, page and fields beside each other, one store for all views of a widget.
import { button, make } from "./dom.js";
import { ahead, next } from "./ahead.js";
import { commands } from "./commands.js";
import { editorBar } from "./editor.js";
import { fieldsPane } from "./fields.js";
import { filterBar } from "./filters.js";
import { help, listen } from "./keys.js";
import { listPane } from "./list.js";
import { pagePane } from "./page.js";
import { makeStore } from "./store.js";
import { tabBar } from "./tabs.js";
import { TEXTS } from "./texts.js";
import { thumbStrip } from "./thumbs.js";

// Pages and details are asked for once a key rests; the list moves at once.
const REST_MS = 70;
const DIM_MS = 80;

function makeView(store, el) {
  const stop = new AbortController();
  const columns = () => store.columns;
  const status = make("span", { className: "gini-status-text", attributes: { role: "status", "aria-live": "polite" } });
  const retry = button(TEXTS.retry, TEXTS.retry, () => {}, { hidden: "" });
  const list = listPane({ columns, onSelect: (row) => { store.select(row); focus(); } });
  const strip = thumbStrip({ ask: (number, done) => store.askWidth("small", 2, number, done), onTurn: (number) => store.select(store.row, number) });
  const onSharp = (shown) => store.askWidth("sharp", 1, shown.number, (url) => page.sharpen(shown, url));
  const page = pagePane({ strip: strip.element, onTurn: turn, onSharp, onPick: ({ text, boxes, via }) => editor.fill(text, via, boxes) });
  const fields = fieldsPane({ columns, onSelect: (row) => { store.select(row); focus(); } });
  const editor = editorBar({ store, list, say: (text) => say(text), back: () => focus() });
  const honest = make("span", { className: "gini-soft gini-honest" });
  const keys = help();
  const tabs = tabBar(["list", "page", "table"], (name) => root.setAttribute("data-tab", name));
  const views = make("div", { className: "gini-bar gini-views" });
  const byDocument = { on: false };
  const switches = [false, true].map((on) => button(on ? TEXTS.documents : TEXTS.fields, `List ${on ? TEXTS.documents : TEXTS.fields}`, () => switchView(on)));
  views.append(...switches);
  const drawer = button("☰", "Show or hide the list", () => root.classList.toggle("gini-drawer-open"), { class: "gini-button gini-drawer" });
  const bar = make("div", { className: "gini-top" }, drawer);
  const left = make("section", { className: "gini-left", attributes: { "aria-label": TEXTS.list } }, views, list.element);
  const body = make("div", { className: "gini-body" }, left, page.element, fields.element);
  const foot = make("div", { className: "gini-status" }, status, honest, retry, button("?", TEXTS.keys, () => keys.toggle()));
  const root = make("div", {
    className: "gini-root gini-explorer",
    attributes: { role: "group", "aria-label": "Explorer; press ? for keys", tabindex: "-1", "data-tab": "list" },
  }, bar, tabs, body, editor.element, foot, keys.element);
  let filters = null;
  let resting = 0;
  let dimming = 0;
  let sawDetails = null;

  // The list has the focus where it is to be seen; else the explorer as a whole has it.
  const focus = () => {
    list.focus();
    if (!left.offsetParent || !left.contains(root.ownerDocument.activeElement)) root.focus({ preventScroll: true });
  };
  const say = (text) => { status.textContent = text; };

  function makeFilters() {
    filters?.close();
    filters?.element.remove();
    filters = filterBar({ head: store.head, onChange: store.choose, onLook: () => lookOn(0) });
    bar.append(filters.element);
    filters.show(store.selection);
  }

  // The kernel looks through some documents and answers; until it is asked on, others have their turn.
  function lookOn(from) {
    store.wire.ask("look", { ask: "look", from }, ({ next, of }) => {
      say(next < of ? `${TEXTS.looking} ${next} of ${of} documents …` : TEXTS.looked);
      if (next < of) lookOn(next);
    });
  }

  function begin() {
    const { head } = store;
    root.style.height = `${head.settings.height}px`;
    makeFilters();
    keys.fill(head.keys.help);
    editor.begin(head);
    fields.refresh();
    honest.textContent = head.settings.told ?? "";
    editor.queued();
    sawDetails = null;
    say(head.count ? TEXTS.loading : TEXTS.empty);
  }

  function listed() {
    const { head, found, selection } = store;
    filters.show(selection);
    filters.count(found.rows.length, columns().loaded, found.counts);
    list.show(found.rows, byDocument.on, head.count ? TEXTS.nothing : TEXTS.empty);
    switches.forEach((one, place) => one.setAttribute("aria-pressed", String(Boolean(place) === byDocument.on)));
  }

  function moved() {
    const { row } = store;
    clearTimeout(resting);
    clearTimeout(dimming);
    list.move(row);
    fields.select(row);
    editor.show(row);
    page.words.clear();
    page.element.hidden = row === null;
    if (row === null) {
      sawDetails = null;
      say(store.head.count ? TEXTS.nothing : TEXTS.empty);
      return;
    }
    if (sawDetails !== row) page.boxes([]);
    const here = store.picture(row, store.number);
    if (here) showPage(here);
    else if (!store.head.pages) dimming = setTimeout(() => page.dim(true), DIM_MS);
    const known = store.details.get(row);
    if (known) showDetails(known);
    say(heard(row));
    resting = setTimeout(rested, REST_MS);
  }

  function heard(row) {
    const place = list.state.at + 1;
    const at = place ? `${place.toLocaleString("en")} of ${list.state.rows.length.toLocaleString("en")}: ` : "";
    const name = columns().label("name", row);
    const outcome = columns().hides(row) ? TEXTS.open : columns().label("outcome", row);
    return `${at}${name ? `${name} of ` : ""}${columns().document(row).name}, ${outcome}`;
  }

  function rested() {
    const { row } = store;
    const here = store.picture(row, store.number);
    if (store.head.pages) page.say(store.head.pages);
    else if (!here) askPage(row);
    // The kernel answers in turn: a page takes less than the words of its document, which details may need.
    store.askSlot(row, showDetails);
    if (here) ahead(store, list, row);
  }

  function askPage(row) {
    const number = store.number;
    store.askPage("page", row, number, next(list, row), (answer, stale) => {
      if (stale || row !== store.row || number !== store.number) return;
      clearTimeout(dimming);
      if (answer.reason) page.say(answer.reason);
      else showPage(store.picture(row, answer.number));
      ahead(store, list, row);
    });
  }

  function showPage({ url, page: facts }) {
    clearTimeout(dimming);
    page.show(facts, url, `Page ${facts.number} of ${columns().document(store.row).name}`);
    showStrip();
    const { row } = store;
    if (editor.labelled) {
      store.askWords(row, facts.number, ({ texts, boxes }) => {
        if (row === store.row && page.state.page?.number === facts.number) page.words.take(texts, boxes);
      });
    }
  }

  function showStrip() {
    const small = store.head.widths[2] ? page.state.page : null;
    strip.show(columns().codes.document[store.row], small, new Set(page.state.boxes.map((box) => box.page)));
  }

  function showDetails(answer) {
    if (answer.row !== store.row || sawDetails === answer.row) return;
    sawDetails = answer.row;
    fields.details(answer.content);
    page.boxes(answer.boxes);
    showStrip();
    editor.details(answer);
  }

  function turn(step) {
    const shown = page.state.page;
    if (!shown || shown.number + step < 1 || shown.number + step > shown.count) return;
    store.select(store.row, shown.number + step);
  }

  function switchView(on) {
    byDocument.on = on;
    listed();
    list.move(store.row);
  }

  listen(root, commands({ root, store, list, page, editor, keys, say, turn, filters: () => filters, switchView: () => switchView(!byDocument.on) }), stop.signal, () => store.head?.keys);
  // A click anywhere leaves the keys with us; what takes text keeps the focus.
  root.addEventListener("click", (event) => {
    if (!event.target.closest("input, select, textarea, button, summary, label, details, a")) focus();
  }, { signal: stop.signal });
  root.addEventListener("pointerdown", (event) => {
    if (!event.target.closest(".gini-filter")) filters?.closeMenus();
  }, { signal: stop.signal });
  const view = {
    begin, listed, moved,
    queued: () => { editor.queued(); fields.refresh(); moved(); },
    saved({ saved }) {
      honest.textContent = store.head.settings.told;
      say(`${TEXTS.saved} ${saved}`);
      editor.queued();
    },
    changed({ rows, anew }, grown) {
      if (grown) makeFilters();
      fields.update(rows);
      listed();
      if (anew) {
        sawDetails = null;
        moved();
      } else list.move(store.row);
    },
    slow(slow, again) {
      retry.hidden = !slow;
      retry.onclick = again ?? null;
      if (slow) say(TEXTS.busy);
    },
  };
  store.views.add(view);
  el.append(root);
  if (store.columns) {
    begin();
    listed();
    moved();
  }
  return () => {
    stop.abort();
    clearTimeout(resting);
    clearTimeout(dimming);
    filters?.close();
    list.close();
    page.close();
    strip.close();
    store.views.delete(view);
    root.remove();
  };
}

export default function explorer() {
  let store = null;
  return {
    initialize({ model }) {
      store = makeStore(model);
      return () => store.close();
    },
    render({ model, el }) {
      store ??= makeStore(model);
      return makeView(store, el);
    },
  };
}
