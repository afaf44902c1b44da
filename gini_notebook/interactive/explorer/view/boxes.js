// Boxes on a page: told apart by their lines first and by colour second, with their tags beside the page, never on it.
import { drawn, make } from "./dom.js";

export const KINDS = {
  extracted: { tag: "E", says: "read", layer: "E" },
  "extracted-a": { tag: "A", says: "read by the first run", layer: "E" },
  truth: { tag: "T", says: "the true value stands here", layer: "T" },
  "right-candidate": { tag: "✓", says: "the right candidate", layer: "C" },
  candidate: { tag: "", says: "candidate", layer: "C" },
};
const SAME = 0.7;
const TAG_PX = 18;
// Boxes may stand out of a page a little; further out, they are in another unit.
const TOLERANCE = 1.05;

export function tagOf(box) {
  if (box.run) return box.run;
  const { tag } = KINDS[box.kind];
  if (box.kind === "truth") return box.of > 1 ? `${tag} ${box.rank} of ${box.of}` : tag;
  return box.rank === null || box.rank === undefined ? tag : `${tag}${tag ? " " : ""}${box.rank}`;
}

function overlap(one, other) {
  const width = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left);
  const height = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (one.width * one.height + other.width * other.height - width * height);
}

// Boxes that lie on each other share a tag.
export function grouped(boxes) {
  const groups = [];
  for (const box of boxes) {
    const group = groups.find(([first]) => overlap(first, box) > SAME);
    if (group) group.push(box);
    else groups.push([box]);
  }
  return groups;
}

export function fits(boxes, page) {
  return boxes.every((box) => box.left + box.width <= page.width * TOLERANCE && box.top + box.height <= page.height * TOLERANCE);
}

// Where a point lies after quarter turns of the page to the right, as shares of width and height.
export function turned([x, y], quarters) {
  let point = [x, y];
  for (let turn = 0; turn < quarters; turn += 1) point = [1 - point[1], point[0]];
  return point;
}

export function placed(box, page, quarters) {
  const one = turned([box.left / page.width, box.top / page.height], quarters);
  const other = turned([(box.left + box.width) / page.width, (box.top + box.height) / page.height], quarters);
  const left = Math.min(one[0], other[0]);
  const top = Math.min(one[1], other[1]);
  return { left, top, width: Math.abs(one[0] - other[0]), height: Math.abs(one[1] - other[1]) };
}

function shape(box, at) {
  const says = box.run ? "read by the second run" : KINDS[box.kind].says;
  const rect = drawn("rect", { class: `gini-box gini-box-${box.kind}`, x: at.left, y: at.top, width: at.width, height: at.height });
  const title = drawn("title", {});
  title.textContent = `${tagOf(box)}: ${says}${box.likely && box.of > 1 ? " (best guess)" : ""}${box.value ? ` “${box.value}”` : ""}`;
  rect.append(title);
  return rect;
}

// Draw onto a page of a size in px: frames in `svg`, whose unit is the page, and tags into `margin`.
export function drawBoxes({ svg, margin, boxes, page, quarters, height }) {
  svg.replaceChildren();
  margin.replaceChildren();
  const ordered = [...boxes].sort((one, other) => other.width * other.height - one.width * one.height);
  for (const box of ordered) {
    const at = placed(box, page, quarters);
    if (box.kind === "truth") svg.append(drawn("rect", { class: "gini-box gini-box-under", x: at.left, y: at.top, width: at.width, height: at.height }));
    svg.append(shape(box, at));
  }
  let free = 0;
  const groups = grouped(boxes).map((group) => ({ group, at: placed(group[0], page, quarters) }));
  groups.sort((one, other) => one.at.top - other.at.top);
  for (const { group, at } of groups) {
    const middle = (at.top + at.height / 2) * height;
    const top = Math.max(free, middle - TAG_PX / 2);
    free = top + TAG_PX;
    const tag = make("span", { text: group.map(tagOf).join(" = "), className: `gini-tag gini-tag-${group[0].kind}` });
    tag.style.top = `${top}px`;
    margin.append(tag);
    const line = drawn("line", { class: "gini-leader", x1: at.left + at.width, y1: at.top + at.height / 2, x2: 1, y2: (top + TAG_PX / 2) / height });
    svg.append(line);
  }
}
