// What the keys do, by the names that keys.js has for it.
import { steps } from "./steps.js";
import { TEXTS } from "./texts.js";

export function commands({ root, store, list, page, editor, keys, say, turn, filters, switchView }) {
  function search() {
    filters().search.focus();
    filters().search.select();
  }

  function copy() {
    store.wire.ask("code", { ask: "code" }, async ({ text }) => {
      try {
        await navigator.clipboard.writeText(text);
        say(TEXTS.copied);
      } catch {
        say(TEXTS.notCopied);
      }
    });
  }

  function leave() {
    const bar = filters();
    if (keys.isOpen()) keys.close();
    else if (page.words.drop()) return;
    else if (!bar.closeMenus() && root.ownerDocument.activeElement === bar.search && bar.search.value) {
      store.choose({ ...store.selection, text: "" });
      return;
    }
    list.focus();
  }

  const edit = (call) => (event) => { if (editor.labelled) call(event); };
  return {
    ...steps({ store, list, say }),
    goTo: search, search, leave, copy, help: () => keys.toggle(), view: switchView,
    pageBack: () => turn(-1), pageOn: () => turn(1), larger: () => page.by(1.25), smaller: () => page.by(0.8), fit: () => page.zoom(1),
    rotate: () => page.rotate(), candidates: () => page.toggle("C"),
    extracted: () => (editor.labelled ? editor.extracted() : page.toggle("E")),
    truth: () => (editor.labelled ? editor.place() : page.toggle("T")),
    verdict: (name) => edit((event) => editor.act(name, event.shiftKey)),
    keep: edit((event) => editor.keep(event.shiftKey)), enter: edit((event) => editor.enter(event.shiftKey)),
    candidate: edit((event) => editor.candidate(Number(event.key))),
    box: edit(() => page.words.begin()), moveBox: (event) => page.words.move(event.key, event.shiftKey),
    wordBack: edit((event) => page.words.step(-1, event.shiftKey)), wordOn: edit((event) => page.words.step(1, event.shiftKey)),
  };
}
