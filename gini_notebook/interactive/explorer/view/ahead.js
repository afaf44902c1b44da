// Pages that may come next are asked for while nothing else is: those of slots, in the direction of the list.
const AHEAD = [1, 2, 3, -1];

export function next(list, row) {
  const { at, rows } = list.state;
  return at < 0 ? [] : AHEAD.map((step) => rows[at + step]).filter((one) => one !== undefined && one !== row);
}

export function ahead(store, list, row) {
  const wanted = next(list, row).find((one) => !store.picture(one, null) && !store.firsts.has(one));
  if (wanted === undefined || row !== store.row || !store.wire.isIdle("page")) return;
  store.askPage("ahead", wanted, null, [], (answer) => { if (!answer.reason) ahead(store, list, row); });
}
