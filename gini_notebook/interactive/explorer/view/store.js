// What all views of one explorer share: the columns, what is chosen, and the pages that are in memory.
import { Columns } from "./columns.js";
import { bytesOf, connect } from "./wire.js";

const MOST_PICTURES = 12;
const HIDDEN_MS = 10 * 60 * 1000;
const TELL_MS = 250;
const NOW = { row: null, number: null, selection: { filters: {}, text: "", sort: "position" } };

export function makeStore(model) {
  const store = {
    columns: null, head: null, found: { rows: new Int32Array(0), counts: {} }, views: new Set(), details: new Map(),
    firsts: new Map(), pictures: new Map(), words: new Map(), small: new Map(), queue: null, ...structuredClone(NOW),
  };
  let telling = 0;
  let hidden = 0;
  const wire = connect(model, { onEvent, onSlow: (slow, retry) => each((view) => view.slow?.(slow, retry)) });
  const each = (call) => store.views.forEach(call);

  function onEvent(message, buffers) {
    if (message?.event === "head") begin(message);
    else if (message?.event === "rows" && store.columns) take(message, buffers);
    else if (message?.event === "patch") patched(message);
    else if (message?.event === "queue" && store.columns) queued(message, buffers);
    else if (message?.event === "changed" && store.columns) changed(message);
  }

  function begin(head) {
    store.head = head;
    store.columns = new Columns(head);
    store.details.clear();
    store.firsts.clear();
    patched(head, true);
    each((view) => view.begin());
    // No rows will come.
    if (!head.count) refilter();
  }

  function take(piece, buffers) {
    if (piece.start !== store.columns.loaded) return;
    store.columns.append(piece, buffers);
    // The first piece at once, and then when all are there: the list does not jump in between.
    if (piece.start === 0 || store.columns.complete) refilter();
    if (store.columns.complete) warm();
  }

  function changed(message) {
    const grown = store.columns.change(message);
    if (message.anew) for (const row of message.rows) store.details.delete(row);
    find();
    each((view) => view.changed(message, grown));
  }

  // A queue is a list of its own, in its order; filters and search go on working in it.
  function queued({ name, blind, seed, selection, row, number }, [rows]) {
    store.queue = rows ? { name, seed, rows: new Int32Array(bytesOf(rows).slice().buffer) } : null;
    store.columns.blind = blind;
    store.details.clear();
    patched({ selection, row, number });
    each((view) => view.queued());
  }

  function find() {
    store.found = store.columns.filter(store.selection);
    if (!store.queue) return;
    const fits = new Set(store.found.rows);
    store.found.rows = store.queue.rows.filter((row) => fits.has(row));
  }

  function saved(answer) {
    store.head.settings.told = answer.told ?? store.head.settings.told;
    each((view) => view.saved(answer));
  }

  function warm() {
    const later = globalThis.requestIdleCallback ?? ((call) => setTimeout(call, 30));
    const step = () => store.columns.warm(store.columns.hay.length + 2000) || later(step);
    later(step);
  }

  function patched({ selection, row, number }, quiet) {
    store.selection = selection;
    store.row = row;
    store.number = number;
    if (!quiet && store.columns) refilter();
  }

  function refilter() {
    find();
    if (store.row !== null && store.row >= store.columns.loaded) each((view) => view.listed());
    else each((view) => { view.listed(); view.moved(); });
  }

  function tell() {
    clearTimeout(telling);
    telling = setTimeout(() => wire.tell({ ask: "view", row: store.row, number: store.number, selection: store.selection }), TELL_MS);
  }

  function select(row, number = null) {
    if (row === store.row && number === null) return;
    store.row = row;
    store.number = number;
    each((view) => view.moved());
    tell();
  }

  function choose(selection) {
    store.selection = selection;
    find();
    const fits = store.row !== null && store.found.rows.includes(store.row);
    if (!fits) {
      store.row = store.found.rows.length ? store.found.rows[0] : null;
      store.number = null;
    }
    each((view) => { view.listed(); view.moved(); });
    tell();
  }

  function keep(key, picture) {
    const old = store.pictures.get(key);
    if (old) URL.revokeObjectURL(old.url);
    store.pictures.delete(key);
    store.pictures.set(key, picture);
    while (store.pictures.size > MOST_PICTURES) {
      const [first, { url }] = store.pictures.entries().next().value;
      URL.revokeObjectURL(url);
      store.pictures.delete(first);
    }
  }

  const keyOf = (row, number) => `${store.columns.codes.document[row]}|${number}`;

  // The picture of a page, if it is here; without a number, of the first page to show of a slot.
  function picture(row, number) {
    const known = number ?? store.firsts.get(row);
    return known === undefined ? undefined : store.pictures.get(keyOf(row, known));
  }

  function askPage(lane, row, number, ahead, done) {
    wire.ask(lane, { ask: "page", row, number, ahead }, (answer, buffers, stale) => {
      if (number === null && answer.number) store.firsts.set(row, answer.number);
      if (!answer.reason && buffers.length) {
        const url = URL.createObjectURL(new Blob([bytesOf(buffers[0])], { type: "image/jpeg" }));
        keep(keyOf(row, answer.number), { url, page: answer });
      }
      done(answer, stale);
    });
  }

  function askWords(row, number, done) {
    const key = keyOf(row, number);
    if (store.words.has(key)) return done(store.words.get(key));
    return store.wire.ask("words", { ask: "words", row, number }, (answer, buffers) => {
      const boxes = buffers.length ? new Float32Array(bytesOf(buffers[0]).slice().buffer) : new Float32Array(0);
      if (store.words.size > MOST_PICTURES) store.words.clear();
      store.words.set(key, { texts: answer.texts, boxes });
      done(store.words.get(key));
    });
  }

  // A page in another width: a sharp one for who zooms in, a small one for the strip of pages.
  function askWidth(lane, which, number, done) {
    const { row, head } = store;
    const width = head.widths[which];
    if (row === null || !width) return undefined;
    const key = `${keyOf(row, number)}|${width}`;
    const known = store.pictures.get(key) ?? store.small.get(key);
    if (known) return done(known.url);
    return wire.ask(lane, { ask: "page", row, number, width, ahead: [] }, (answer, buffers) => {
      if (answer.reason || !buffers.length) return;
      const url = URL.createObjectURL(new Blob([bytesOf(buffers[0])], { type: "image/jpeg" }));
      if (lane === "sharp") keep(key, { url });
      else store.small.set(key, { url });
      done(url);
    }, lane !== "sharp");
  }

  function askSlot(row, done) {
    if (store.details.has(row)) return done(store.details.get(row));
    return wire.ask("slot", { ask: "slot", row }, (answer, _buffers, stale) => {
      if (store.details.size > 200) store.details.clear();
      store.details.set(answer.row, answer);
      if (!stale) done(answer);
    });
  }

  function forget() {
    for (const { url } of [...store.pictures.values(), ...store.small.values()]) URL.revokeObjectURL(url);
    store.pictures.clear();
    store.small.clear();
    store.words.clear();
    store.details.clear();
  }

  function onVisibility() {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(forget, HIDDEN_MS);
  }

  document.addEventListener("visibilitychange", onVisibility);
  wire.ask("hello", { ask: "hello", version: 1 }, () => {});
  return Object.assign(store, {
    wire, select, choose, picture, askPage, askSlot, askWords, askWidth, saved, forget,
    hello: () => wire.tell({ ask: "hello" }),
    close() {
      document.removeEventListener("visibilitychange", onVisibility);
      clearTimeout(telling);
      clearTimeout(hidden);
      forget();
      wire.close();
    },
  });
}
