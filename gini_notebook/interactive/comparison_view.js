// Draws a comparison: verdict, notes, and per field both scores, the difference as dot and whisker, and buttons that
// open the values behind a number. All of it comes as messages; nothing is a property of the model.
import { drawn, make, ownKeys } from "./explorer/view/dom.js";

const WIDTH = 180;

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
  const box = make("section", { className: "gini-root gini-comparison" });
  ownKeys(box);
  let told = null;
  let order = "difference";
  let picked = false;

  function opener(row, change) {
    const cell = make("td", { className: "gini-number" });
    const count = row[change];
    if (!count) {
      cell.textContent = count === null ? "" : "0";
      return cell;
    }
    const button = make("button", { className: "gini-button", text: `${count.toLocaleString("en")} ▸` });
    button.type = "button";
    button.setAttribute("aria-label", `${row.field}: show ${count} ${change}`);
    button.addEventListener("click", () => model.send({ event: "open", field: row.field, change }));
    cell.append(button);
    return cell;
  }

  function line(row, most) {
    const tr = make("tr", { className: row.average ? "gini-average" : "" });
    const name = make("th", { text: row.field });
    name.scope = "row";
    const picture = make("td");
    picture.append(whisker(row, most), make("span", { className: "gini-difference", text: row.shown }));
    const number = (text) => make("td", { className: "gini-number", text });
    tr.append(name, number(row.a), number(row.b), picture, number(row.p));
    tr.append(opener(row, "fixed"), opener(row, "broken"), make("td", { text: row.verdict }));
    return tr;
  }

  // Which documents: all, or those with one value of a property.
  function picker() {
    const select = make("select", { className: "gini-input", attributes: { "aria-label": "Documents" } },
      make("option", { text: "all documents", attributes: { value: "" } }));
    for (const [slice, title, values] of told.slices) {
      select.append(make("optgroup", { attributes: { label: title } }, ...values.map(([value, text]) =>
        make("option", { text: `${title}: ${text}`, attributes: { value: JSON.stringify([slice, value]) } }))));
    }
    select.value = told.slice ? JSON.stringify(told.slice) : "";
    select.addEventListener("change", () => {
      const [slice, value] = select.value ? JSON.parse(select.value) : [null, ""];
      picked = true;
      model.send({ event: "slice", slice, value });
    });
    return select;
  }

  function draw() {
    const rows = [...told.rows];
    // Averages stay below the fields that they are of.
    if (order === "difference") {
      rows.sort((one, other) => one.average - other.average || Math.abs(other.difference ?? 0) - Math.abs(one.difference ?? 0));
    }
    const ends = rows.flatMap((row) => [row.low, row.high, row.difference]).filter((value) => value !== null);
    const most = Math.max(0.01, ...ends.map(Math.abs));
    const table = document.createElement("table");
    const head = make("tr");
    for (const name of told.columns) {
      const cell = make("th", { text: name });
      cell.scope = "col";
      head.append(cell);
    }
    const body = document.createElement("tbody");
    body.append(...rows.map((row) => line(row, most)));
    const heads = document.createElement("thead");
    heads.append(head);
    table.append(heads, body);
    const other = order === "difference" ? "Sort by field" : "Sort by difference";
    const sort = make("button", { className: "gini-button", text: other });
    sort.type = "button";
    sort.addEventListener("click", () => {
      order = order === "difference" ? "field" : "difference";
      draw();
      box.querySelector(".gini-sort button").focus();
    });
    const bar = make("p", { className: "gini-sort" }, sort, ...(told.slices.length ? [picker()] : []));
    const notes = make("ul");
    notes.append(...told.notes.map((note) => make("li", { text: note })));
    const scroll = make("div", { className: "gini-differences" });
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Differences by field");
    scroll.append(table);
    const verdict = make("p", { className: "gini-verdict", text: told.verdict });
    box.replaceChildren(verdict, make("p", { text: told.facts }), notes, bar, scroll);
  }

  function answered(message) {
    if (message.event !== "comparison") return;
    told = message;
    draw();
    if (picked) box.querySelector(".gini-sort select").focus();
    picked = false;
  }

  model.on("msg:custom", answered);
  model.send({ event: "hello" });
  el.append(box);
  return () => model.off("msg:custom", answered);
}

export default { render };
