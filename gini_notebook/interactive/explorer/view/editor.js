// The truth of the slot in view: verdicts by button and key, a value by typing or picking, its check, and the queue.
import { button, make } from "./dom.js";
import { TEXTS } from "./texts.js";

const CHECK_REST_MS = 120;

export function editorBar({ store, list, say, back }) {
  const state = { row: null, answer: null, via: "typed", boxes: [], odd: false, pending: false, why: "", place: -1 };
  let timer = 0;
  const input = make("input", { className: "gini-input gini-edit", attributes: { "aria-label": TEXTS.truth, spellcheck: "false", autocomplete: "off" } });
  const told = make("span", { className: "gini-check", attributes: { role: "status", "aria-live": "polite" } });
  const progress = make("span", { className: "gini-soft" });
  const queue = make("select", { className: "gini-input", attributes: { "aria-label": TEXTS.queue } });
  const verdicts = make("div", { className: "gini-bar", attributes: { role: "toolbar", "aria-label": TEXTS.verdict } });
  const save = button(TEXTS.save, `${TEXTS.save} (Enter)`, (event) => keep(event.shiftKey));
  const element = make("section", { className: "gini-editor", attributes: { "aria-label": TEXTS.truth } },
    verdicts,
    make("div", { className: "gini-bar" }, input, save, told, queue, progress));
  const on = () => store.head?.settings.labels && state.row !== null;

  queue.addEventListener("change", () => {
    store.wire.ask("queue", { ask: "queue", name: queue.value }, () => {});
    back();
  });
  input.addEventListener("input", () => {
    Object.assign(state, { via: "typed", boxes: [], pending: true, odd: false });
    if (!state.why) check();
  });

  function check() {
    clearTimeout(timer);
    const { row } = state;
    timer = setTimeout(() => {
      const text = input.value;
      if (text.trim()) store.wire.ask("check", { ask: "check", row, text }, (answer, _, stale) => {
        if (!stale && row === state.row && text === input.value) tell(answer, text);
      });
      else told.textContent = "";
    }, CHECK_REST_MS);
  }

  function tell({ value, problems, equal, stands }, text) {
    told.className = `gini-check ${problems.length ? "gini-bad" : "gini-good"}`;
    const parts = [value === text ? "" : `→ ${value}`, ...problems, equal ? TEXTS.equal : "", stands];
    told.textContent = parts.filter(Boolean).join(" · ") || "✓";
  }

  // Put a value into the field; it is kept with Enter.
  function fill(text, via, boxes) {
    Object.assign(state, { via, boxes, pending: true, odd: false, why: "" });
    if (text || !boxes.length) input.value = text;
    check();
  }

  // To type a value, or why it is unclear or flagged.
  function open(why) {
    state.why = why;
    input.placeholder = why ? TEXTS.why : "";
    if (why) input.value = "";
    input.focus();
    input.select();
  }

  function act(verdict, hold) {
    if (!on()) return;
    if (["edit", "flag", "unclear"].includes(verdict)) open(verdict === "edit" ? "" : verdict);
    else if (verdict === "undo" || verdict === "redo") post({ ask: verdict }, (answer) => answer.row !== null && store.select(answer.row));
    else decide(verdict, hold, {});
  }

  function keep(hold) {
    if (!on()) return;
    if (state.why) decide(state.why, hold, { note: input.value });
    else decide("value", hold, { value: input.value, via: state.via, boxes: state.boxes, odd: state.odd });
  }

  // Nothing of it is dropped: it waits for the one before it, and a repeated one is written once.
  function post(message, done) {
    const token = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    store.wire.ask("label", { ...message, token }, (answer) => {
      if (answer.problem) say(answer.problem);
      else if (!answer.odd) store.saved(answer);
      done(answer);
    }, true);
  }

  function decide(verdict, hold, more) {
    const { row } = state;
    const after = hold ? row : nextOpen(row);
    const sure = verdict !== "value";
    const go = (to) => { if (to !== null) store.select(to); back(); };
    if (sure) go(after);
    post({ ask: "label", row, verdict, ...more }, (answer) => {
      if (answer.odd && row === state.row) {
        state.odd = true;
        told.className = "gini-check gini-bad";
        told.textContent = `${answer.odd.join(" · ")}: ${TEXTS.again}`;
      } else if (answer.problem) {
        if (sure) go(row);
        say(answer.problem);
      } else {
        // Somebody may type in the next slot by now; the answer to this one takes nothing of that away.
        if (row === state.row) state.pending = false;
        if (!sure && store.row === row) go(after);
      }
    });
  }

  // The next slot of the list that nobody decided about, from the beginning if need be.
  function nextOpen(row) {
    const { rows } = list.state;
    const at = rows.indexOf(row);
    for (let step = 1; step < rows.length; step += 1) {
      const one = rows[(at + step) % rows.length];
      if (!store.columns.label("decided", one)) return one;
    }
    return row;
  }

  function candidate(number) {
    const one = state.answer?.content.candidates[number - 1];
    if (one) fill(one.value, "candidate", boxesOf((box) => String(box.rank) === one.rank && box.kind.endsWith("candidate")));
  }

  const boxesOf = (fits) => (state.answer?.boxes ?? []).filter(fits).map(({ page, left, top, width, height }) => [page, left, top, width, height]);
  const first = () => state.answer?.labels?.[0] ?? [0, "unlabelled", null];
  return {
    element, fill, candidate, act, keep, input,
    get labelled() { return Boolean(on()); },
    enter: (hold) => (state.pending ? keep(hold) : open("")),
    extracted: () => state.answer?.read && fill(state.answer.read, "extracted", boxesOf((box) => box.kind === "extracted")),
    place() {
      const places = boxesOf((box) => box.kind === "truth");
      if (!places.length) return;
      state.place = (state.place + 1) % places.length;
      fill(first()[2] ?? "", "place", [places[state.place]]);
    },
    show(row) {
      element.hidden = !store.head?.settings.labels;
      if (row === state.row) return;
      clearTimeout(timer);
      Object.assign(state, { row, answer: null, pending: false, odd: false, why: "", via: "typed", boxes: [], place: -1 });
      input.value = "";
      input.placeholder = "";
      told.textContent = "";
    },
    details(answer) {
      if (answer.row !== state.row || !answer.labels) return;
      state.answer = answer;
      if (state.pending || state.why) return;
      input.value = first()[2] ?? "";
      input.placeholder = first()[1] === "value" ? "" : first()[1];
    },
    begin(head) {
      verdicts.replaceChildren(...head.verdicts.map(([verdict, text, key]) => {
        const one = button(text, `${text} (${key})`, (event) => act(verdict, event.shiftKey), { "data-verdict": verdict });
        one.prepend(make("kbd", { text: key }));
        return one;
      }));
      queue.replaceChildren(...head.queues.map(([name, text]) => make("option", { text, attributes: { value: name } })));
    },
    queued() {
      queue.value = store.queue?.name ?? "";
      const rows = store.queue?.rows ?? [];
      const done = rows.filter((row) => store.columns.label("decided", row)).length;
      progress.textContent = store.queue ? `${done} of ${rows.length}${store.queue.name === "audit" ? `, seed ${store.queue.seed}` : ""}` : "";
    },
  };
}
