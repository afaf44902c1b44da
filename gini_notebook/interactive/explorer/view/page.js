// The page with its boxes: a picture, one drawing above it in shares of the page, and a margin for the tags.
import { KINDS, drawBoxes, fits, placed } from "./boxes.js";
import { button, drawn, make } from "./dom.js";
import { TEXTS } from "./texts.js";
import { wordPicker } from "./words.js";

const ZOOM = { least: 0.25, most: 4, step: 1.25 };
const MARGIN_PX = 96;
const SHARP = 1.6;
const MOST_CANDIDATES = 12;

export function pagePane({ onTurn, onSharp, onPick, strip }) {
  const state = { zoom: 1, quarters: 0, page: null, boxes: [], hidden: new Set(), chosen: false };
  const image = make("img", { attributes: { alt: "", draggable: "false" } });
  const frames = drawn("g", {});
  const picks = drawn("g", {});
  const svg = drawn("svg", { class: "gini-boxes", viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" }, picks, frames);
  const words = wordPicker({ layer: picks, area: svg, onPick });
  const margin = make("div", { className: "gini-margin" });
  const paper = make("div", { className: "gini-paper" }, image, svg, margin);
  const scroll = make("div", {
    className: "gini-scroll", attributes: { tabindex: "0", role: "region", "aria-label": TEXTS.page },
  }, paper);
  const told = make("p", { className: "gini-soft gini-note" });
  const number = make("span", { text: "" });
  const size = make("span", { className: "gini-size", text: "" });
  const back = button("◂", "Page back", () => onTurn(-1));
  const on = button("▸", "Page on", () => onTurn(1));
  const layer = (name, says) => button(name, `Boxes: ${says}`, () => toggle(name), { "aria-pressed": "true" });
  const toggles = { E: layer("E", "what was read"), T: layer("T", "places of the truth"), C: layer("C", "candidates") };
  const bar = make("div", { className: "gini-bar", attributes: { role: "toolbar", "aria-label": TEXTS.page } },
    back, number, on,
    button("−", "Smaller", () => zoom(state.zoom / ZOOM.step)), size, button("+", "Larger", () => zoom(state.zoom * ZOOM.step)),
    button("fit", "Fit the width", () => zoom(1)), button("⟳", "Turn by a quarter", rotate),
    toggles.E, toggles.T, toggles.C);
  const element = make("section", { className: "gini-page-pane", attributes: { "aria-label": TEXTS.page } }, bar, make("div", { className: "gini-sheets" }, strip, scroll), told);

  function ratio() {
    const { page, quarters } = state;
    return quarters % 2 ? page.width / page.height : page.height / page.width;
  }

  // Everything is laid out in px from the width there is, so that nothing waits for the picture.
  function layout() {
    const { page, quarters } = state;
    paper.hidden = !page;
    if (!page) return;
    const width = Math.max(120, scroll.clientWidth - MARGIN_PX) * state.zoom;
    const height = width * ratio();
    Object.assign(paper.style, { width: `${width + MARGIN_PX}px`, height: `${height}px` });
    const [w, h] = quarters % 2 ? [height, width] : [width, height];
    Object.assign(image.style, {
      width: `${w}px`, height: `${h}px`, left: `${(width - w) / 2}px`, top: `${(height - h) / 2}px`, transform: `rotate(${quarters * 90}deg)`,
    });
    Object.assign(svg.style, { width: `${width}px`, height: `${height}px` });
    margin.style.left = `${width}px`;
    size.textContent = `${Math.round(state.zoom * 100)} %`;
    const here = visible();
    const good = fits(here, page);
    words.layout(page, quarters);
    drawBoxes({ svg: frames, margin, boxes: good ? here : [], page, quarters, height });
    told.textContent = [page.note, good ? "" : TEXTS.units].filter(Boolean).join(" ");
  }

  function visible() {
    const here = state.boxes.filter((box) => box.page === state.page.number);
    const many = here.filter((box) => box.kind === "candidate").length > MOST_CANDIDATES && !state.chosen;
    return here.filter((box) => !state.hidden.has(KINDS[box.kind].layer) && !(many && box.kind === "candidate"));
  }

  function zoom(to) {
    state.zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, to));
    layout();
    look();
    if (state.page && state.zoom > SHARP) onSharp(state.page);
  }

  function rotate() {
    state.quarters = (state.quarters + 1) % 4;
    layout();
    look();
  }

  function toggle(layer) {
    if (!state.hidden.delete(layer)) state.hidden.add(layer);
    if (layer === "C") state.chosen = true;
    toggles[layer].setAttribute("aria-pressed", String(!state.hidden.has(layer)));
    layout();
  }

  // Scroll the page, and nothing else, to the first box.
  function look() {
    if (!state.page) return;
    const [box] = visible();
    const at = box ? placed(box, state.page, state.quarters) : { left: 0, top: 0 };
    scroll.scrollTop = at.top * paper.clientHeight - scroll.clientHeight / 3;
    scroll.scrollLeft = at.left * (paper.clientWidth - MARGIN_PX) - scroll.clientWidth / 3;
  }

  const watcher = new ResizeObserver(layout);
  watcher.observe(scroll);
  scroll.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(state.zoom * (event.deltaY < 0 ? ZOOM.step : 1 / ZOOM.step));
  }, { passive: false });
  pan(scroll);
  return {
    element, zoom, rotate, toggle, look, state, words,
    by: (factor) => zoom(state.zoom * factor),
    close: () => watcher.disconnect(),
    dim: (on_) => scroll.classList.toggle("gini-waiting", on_),
    boxes(boxes) {
      state.boxes = boxes;
      layout();
      look();
    },
    sharpen(page, url) {
      if (state.page?.url === page.url) image.src = url;
    },
    // Show a page, or say why there is none.
    show(page, url, alt) {
      const another = state.page?.url !== url;
      state.page = page && { ...page, url };
      if (page) {
        if (another) image.src = url;
        image.alt = alt;
        number.textContent = `Page ${page.number} of ${page.count}`;
      }
      back.disabled = !page || page.number <= 1;
      on.disabled = !page || page.number >= page.count;
      bar.hidden = !page;
      scroll.classList.remove("gini-waiting");
      layout();
      if (another) look();
      if (another && page && state.zoom > SHARP) onSharp(state.page);
    },
    say(reason) {
      this.show(null);
      told.textContent = reason;
      image.removeAttribute("src");
    },
  };
}

// The middle button drags the page.
function pan(scroll) {
  scroll.addEventListener("pointerdown", (event) => {
    if (event.button !== 1) return;
    event.preventDefault();
    scroll.setPointerCapture(event.pointerId);
    const move = (moved) => scroll.scrollBy(-moved.movementX, -moved.movementY);
    scroll.addEventListener("pointermove", move);
    scroll.addEventListener("pointerup", () => scroll.removeEventListener("pointermove", move), { once: true });
  });
}
