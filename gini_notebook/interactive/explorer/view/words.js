// Words of a page to pick from: by a click, by a box, or word by word with keys. What is picked is a text with boxes.
import { placed, turned } from "./boxes.js";
import { drawn } from "./dom.js";

// So much of a word lies in a box that takes it.
const LEAST = 0.5;
const MOVED_PX = 4;
// What an arrow moves a box by, in heights of the page.
const STEP = 0.004;
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

export function wordPicker({ layer, area, onPick }) {
  const state = { texts: [], boxes: new Float32Array(0), page: null, quarters: 0, picked: [], at: -1, rubber: null };
  const box = (at) => {
    const [left, top, width, height] = state.boxes.subarray(4 * at, 4 * at + 4);
    return { left, top, width, height };
  };
  // Thousands of words are one drawing, or no pointer could be followed.
  const shape = (boxes, name) => {
    const lines = boxes.map((one) => {
      const { left, top, width, height } = placed(one, state.page, state.quarters);
      return `M${left} ${top}h${width}v${height}h${-width}z`;
    });
    return drawn("path", { class: name, d: lines.join("") });
  };

  function draw() {
    layer.replaceChildren();
    if (!state.page) return;
    if (state.picked.length) layer.append(shape(state.picked.map(box), "gini-picked"));
    if (state.rubber) layer.append(shape([state.rubber], "gini-rubber"));
  }

  function pick(list, via) {
    state.picked = list;
    draw();
    const whole = (one) => [state.page.number, one.left, one.top, one.width, one.height];
    const boxes = list.length || !state.rubber ? list.map((at) => whole(box(at))) : [whole(state.rubber)];
    onPick({ text: list.map((at) => state.texts[at]).join(" "), boxes, via });
  }

  // Where the pointer is, in the unit of the page.
  function point(event) {
    const frame = area.getBoundingClientRect();
    const share = [(event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height];
    const [x, y] = turned(share, (4 - state.quarters) % 4);
    return [x * state.page.width, y * state.page.height];
  }

  function hit([x, y]) {
    return state.texts.findIndex((_, at) => {
      const { left, top, width, height } = box(at);
      return x >= left && x <= left + width && y >= top && y <= top + height;
    });
  }

  function within(frame) {
    return state.texts.map((_, at) => at).filter((at) => {
      const { left, top, width, height } = box(at);
      const wide = Math.min(left + width, frame.left + frame.width) - Math.max(left, frame.left);
      const high = Math.min(top + height, frame.top + frame.height) - Math.max(top, frame.top);
      return wide > 0 && high > 0 && wide * high >= LEAST * width * height;
    });
  }

  const range = (one, other) => Array.from({ length: Math.abs(other - one) + 1 }, (_, step) => Math.min(one, other) + step);

  function down(event) {
    if (event.button !== 0 || !state.page) return;
    const from = point(event);
    const start = [event.clientX, event.clientY];
    area.setPointerCapture(event.pointerId);
    const move = (moved) => {
      if (!state.rubber && Math.hypot(moved.clientX - start[0], moved.clientY - start[1]) < MOVED_PX) return;
      const to = point(moved);
      state.rubber = {
        left: Math.min(from[0], to[0]), top: Math.min(from[1], to[1]), width: Math.abs(to[0] - from[0]), height: Math.abs(to[1] - from[1]),
      };
      state.picked = within(state.rubber);
      draw();
    };
    const up = () => {
      area.removeEventListener("pointermove", move);
      if (state.rubber) pick(within(state.rubber), "box");
      else {
        const at = hit(from);
        if (at >= 0) pick(event.shiftKey && state.at >= 0 ? range(state.at, at) : [at], "word");
        if (at >= 0 && !event.shiftKey) state.at = at;
      }
      state.rubber = null;
      draw();
    };
    area.addEventListener("pointermove", move);
    area.addEventListener("pointerup", up, { once: true });
  }

  area.addEventListener("pointerdown", down);
  return {
    layout(page, quarters) {
      if (page?.number !== state.page?.number || page?.url !== state.page?.url) Object.assign(state, { texts: [], picked: [], at: -1 });
      Object.assign(state, { page, quarters });
      draw();
    },
    take(texts, boxes) {
      Object.assign(state, { texts, boxes, picked: [], at: -1 });
      draw();
    },
    clear() {
      Object.assign(state, { picked: [], rubber: null });
      draw();
    },
    // A box by keys begins at what is picked, or in the middle.
    begin() {
      if (!state.page) return;
      const { width, height } = state.page;
      const middle = { left: 0.4 * width, top: 0.45 * height, width: 0.2 * width, height: 0.03 * height };
      state.rubber = state.picked.length ? box(state.picked[0]) : middle;
      pick(within(state.rubber), "box");
    },
    // Arrows move it as it is seen; with Shift they change its size.
    move(key, sized) {
      const { page, quarters, rubber } = state;
      if (!rubber) return false;
      let [x, y] = ARROWS[key].map((by) => by * STEP * page.height);
      if (sized) {
        const odd = quarters % 2;
        rubber.width += odd ? y : x;
        rubber.height += odd ? x : y;
      } else {
        for (let turns = 0; turns < quarters; turns += 1) [x, y] = [y, -x];
        rubber.left += x;
        rubber.top += y;
      }
      for (const [side, length] of [["left", "width"], ["top", "height"]]) {
        rubber[length] = Math.min(page[length], Math.max(STEP * page.height, rubber[length]));
        rubber[side] = Math.min(page[length] - rubber[length], Math.max(0, rubber[side]));
      }
      pick(within(rubber), "box");
      return true;
    },
    drop() {
      if (!state.rubber) return false;
      this.clear();
      return true;
    },
    // The next or previous word; `extend` keeps those that are picked.
    step(by, extend) {
      if (!state.texts.length || !state.page) return;
      const { picked } = state;
      const to = Math.min(state.texts.length - 1, Math.max(0, (picked.length ? (by > 0 ? picked.at(-1) : extend ? picked.at(-1) : picked[0]) : state.at) + by));
      if (!extend || state.at < 0) state.at = to;
      pick(extend ? range(state.at, Math.max(state.at, to)) : [to], "word");
    },
  };
}
