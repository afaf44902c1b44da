// Questions to the kernel. One of a kind is on its way; a newer one replaces the one that waits, so that a key held
// for seconds leaves nothing to be worked off after it is released.
const SLOW_MS = 10000;

export function bytesOf(buffer) {
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer)
    : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

export function connect(model, { onEvent, onSlow }) {
  const kinds = new Map();
  let last = 0;
  let sent = 0;

  function post(kind, lane) {
    const asked = lane.waiting.shift();
    lane.flight = asked;
    asked.id = `${kind}-${++last}`;
    asked.timer = setTimeout(() => onSlow(true, () => again(kind, lane)), SLOW_MS);
    sent += 1;
    model.send({ ...asked.payload, id: asked.id });
  }

  function again(kind, lane) {
    if (!lane.flight) return;
    clearTimeout(lane.flight.timer);
    if (lane.keep || !lane.waiting.length) lane.waiting.unshift(lane.flight);
    post(kind, lane);
  }

  // Ask; `done(answer, buffers, stale)` is told whether a newer question of the kind is waiting. What is to be kept
  // waits for its turn, and nothing takes its place.
  function ask(kind, payload, done, keep = false) {
    if (!kinds.has(kind)) kinds.set(kind, { flight: null, waiting: [], keep });
    const lane = kinds.get(kind);
    if (!keep) lane.waiting = [];
    lane.waiting.push({ payload, done });
    if (!lane.flight) post(kind, lane);
  }

  function answered(message, buffers) {
    for (const [kind, lane] of kinds) {
      const asked = lane.flight;
      if (!asked || asked.id !== message.id) continue;
      clearTimeout(asked.timer);
      onSlow(false);
      lane.flight = null;
      const stale = lane.waiting.length > 0;
      if (stale) post(kind, lane);
      asked.done(message, buffers, stale);
      return;
    }
  }

  function receive(message, buffers) {
    if (message?.id) answered(message, buffers ?? []);
    if (message?.event !== "answer") onEvent(message, buffers ?? []);
  }

  function close() {
    for (const lane of kinds.values()) if (lane.flight) clearTimeout(lane.flight.timer);
    kinds.clear();
    model.off("msg:custom", receive);
  }

  model.on("msg:custom", receive);
  return { ask, close, tell: (payload) => model.send(payload), isIdle: (kind) => !kinds.get(kind)?.flight, sent: () => sent };
}
