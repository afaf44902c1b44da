// Draws a comparison: verdict, notes, and per field both scores, the difference as dot and whisker, and buttons that
// open the values behind a number. All of it comes as messages; nothing is a property of the model.
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 180;

function made(name, className, text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

function drawn(name, values) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(values)) element.setAttribute(key, String(value));
  return element;
}

function whisker(row, most) {
  const svg = drawn("svg", { width: WIDTH, height: 20, viewBox: `0 0 ${WIDTH} 20`, role: "img", class: "gini-whisker" });
  svg.setAttribute("aria-label", `${row.field}: ${row.shown}`);
  const at = (value) => WIDTH / 2 + (value / most) * (WIDTH / 2 - 8);
  svg.append(drawn("line", { x1: WIDTH / 2, x2: WIDTH / 2, y1: 0, y2: 20, class: "gini-zero" }));
  if (row.difference === null) return svg;
  if (row.low !== null) {
    svg.append(drawn("line", { x1: at(row.low), x2: at(row.high), y1: 10, y2: 10, class: "gini-range" }));
    for (const end of [row.low, row.high]) {
      svg.append(drawn("line", { x1: at(end), x2: at(end), y1: 6, y2: 14, class: "gini-range" }));
    }
  }
  svg.append(drawn("circle", { cx: at(row.difference), cy: 10, r: 4, class: "gini-dot" }));
  return svg;
}

function render({ model, el }) {
  const box = made("section", "gini-comparison");
  let told = null;
  let order = "difference";

  function opener(row, change) {
    const cell = made("td", "gini-number");
    const count = row[change];
    if (!count) {
      cell.textContent = count === null ? "" : "0";
      return cell;
    }
    const button = made("button", "gini-open", `${count.toLocaleString("en")} ▸`);
    button.type = "button";
    button.setAttribute("aria-label", `${row.field}: show ${count} ${change}`);
    button.addEventListener("click", () => model.send({ event: "open", field: row.field, change }));
    cell.append(button);
    return cell;
  }

  function line(row, most) {
    const tr = made("tr", row.average ? "gini-average" : "");
    const name = made("th", "", row.field);
    name.scope = "row";
    const picture = made("td", "");
    picture.append(whisker(row, most), made("span", "gini-difference", row.shown));
    tr.append(name, made("td", "gini-number", row.a), made("td", "gini-number", row.b), picture);
    tr.append(made("td", "gini-number", row.p), opener(row, "fixed"), opener(row, "broken"), made("td", "", row.verdict));
    return tr;
  }

  function draw() {
    const rows = [...told.rows];
    if (order === "difference") rows.sort((one, other) => Math.abs(other.difference ?? 0) - Math.abs(one.difference ?? 0));
    const ends = rows.flatMap((row) => [row.low, row.high, row.difference]).filter((value) => value !== null);
    const most = Math.max(0.01, ...ends.map(Math.abs));
    const table = document.createElement("table");
    const head = made("tr", "");
    for (const name of told.columns) {
      const cell = made("th", "", name);
      cell.scope = "col";
      head.append(cell);
    }
    const body = document.createElement("tbody");
    body.append(...rows.map((row) => line(row, most)));
    const heads = document.createElement("thead");
    heads.append(head);
    table.append(heads, body);
    const sort = made("button", "gini-open", order === "difference" ? "Sort by field" : "Sort by difference");
    sort.type = "button";
    sort.addEventListener("click", () => {
      order = order === "difference" ? "field" : "difference";
      draw();
      box.querySelector(".gini-sort button").focus();
    });
    const bar = made("p", "gini-sort");
    bar.append(sort);
    const notes = made("ul", "");
    notes.append(...told.notes.map((note) => made("li", "", note)));
    const scroll = made("div", "gini-scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Differences by field");
    scroll.append(table);
    box.replaceChildren(made("p", "gini-verdict", told.verdict), made("p", "", told.facts), notes, bar, scroll);
  }

  function answered(message) {
    if (message.event !== "comparison") return;
    told = message;
    draw();
  }

  model.on("msg:custom", answered);
  model.send({ event: "hello" });
  el.append(box);
  return () => model.off("msg:custom", answered);
}

export default { render };
