// Steps through the list and through the mistakes of a document; at the ends a step does nothing, and says so.
import { TEXTS } from "./texts.js";

export function steps({ store, list, say }) {
  const ended = (by) => say(by > 0 ? TEXTS.last : TEXTS.first);
  const any = (command) => () => { if (store.row !== null && store.columns) command(); };
  const isOther = (row) => store.columns.codes.document[row] !== store.columns.codes.document[store.row];

  function step(by) {
    const { rows, at } = list.state;
    if (!rows.length) return;
    const to = at < 0 ? 0 : at + by;
    if (to < 0 || to >= rows.length) ended(by);
    else store.select(rows[to]);
  }

  function seek(by, fits) {
    const { rows, at } = list.state;
    for (let place = at + by; place >= 0 && place < rows.length; place += by) if (fits(rows[place])) return store.select(rows[place]);
    return ended(by);
  }

  function seekMistake(by) {
    const rows = [...store.columns.rowsOf(store.columns.codes.document[store.row])];
    const found = (by > 0 ? rows : rows.reverse()).find((row) => store.columns.isMistake(row) && (by > 0 ? row > store.row : row < store.row));
    if (found === undefined) ended(by);
    else store.select(found);
  }

  const jump = (place) => () => list.state.rows.length && store.select(list.state.rows.at(place));
  return {
    next: () => step(1), previous: () => step(-1), first: jump(0), last: jump(-1),
    nextDocument: any(() => seek(1, isOther)), previousDocument: any(() => seek(-1, isOther)),
    nextMistake: any(() => seekMistake(1)), previousMistake: any(() => seekMistake(-1)),
  };
}
