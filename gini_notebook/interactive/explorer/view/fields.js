// All fields of the document in view, and below them what is said of the one that is chosen.
import { make } from "./dom.js";
import { MARKS, TEXTS, TIMES } from "./texts.js";

const SHOWN_PER_DOCUMENT = 400;

export function fieldsPane({ columns, onSelect }) {
  const body = make("tbody", {});
  const head = make("tr", {});
  const grid = make("table", { className: "gini-table gini-grid", attributes: { role: "grid", "aria-label": TEXTS.table, tabindex: "-1" } },
    make("thead", {}, head), body);
  const title = make("h3", { className: "gini-title" });
  const told = make("p", { className: "gini-soft gini-summary" });
  const details = make("div", { className: "gini-details", attributes: { tabindex: "0", role: "region", "aria-label": "Details" } });
  const fields = make("div", { className: "gini-fields" }, title, told, grid);
  const element = make("section", { className: "gini-fields-pane", attributes: { "aria-label": TEXTS.table } }, fields, details);
  const state = { document: -1, rows: new Map() };

  function heads() {
    const { kind, labels } = columns().head;
    const more = labels.onpage ? ["on page"] : [];
    if (kind === "comparison") return ["field", "truth", "A", "B", "state", ...more];
    return kind === "documents" ? ["field", "read"] : ["field", "truth", "read", "state", ...more];
  }

  function cells(row) {
    const { texts, head: { kind, labels } } = columns();
    const times = labels.onpage ? columns().label("onpage", row) : "";
    const number = columns().label("name", row).includes(".") ? ` ${columns().codes.row[row] + 1}` : "";
    const name = `${columns().label("name", row)}${number}`;
    const hidden = columns().hides(row);
    const outcome = hidden ? TEXTS.open : columns().label("outcome", row);
    const [mark, look] = MARKS[outcome] ?? ["", "soft"];
    const decided = columns().label("decided", row);
    const values = kind === "comparison" ? [texts.truth[row], texts.extracted_a[row], texts.extracted[row]]
      : kind === "documents" ? [texts.extracted[row]] : [texts.truth[row], hidden ? TEXTS.hidden : texts.extracted[row]];
    const state_ = kind === "documents" ? [] : [make("td", { text: `${mark} ${outcome}${decided ? ` · ${decided}` : ""}`, className: `gini-${look}` })];
    return [
      make("th", { text: name, attributes: { scope: "row" } }),
      ...values.map((text) => make("td", { text: text ?? TEXTS.none, className: text ? "gini-value" : "gini-soft" })),
      ...state_,
      ...(labels.onpage ? [make("td", { text: TIMES[times] ?? "", attributes: { title: times } })] : []),
    ];
  }

  function line(row) {
    const element_ = make("tr", { attributes: { tabindex: "-1" } }, ...cells(row));
    element_.addEventListener("click", () => onSelect(row));
    return element_;
  }

  // All fields of a document, rows of compounds among them, as far as a table can be looked through.
  function fill(document) {
    state.document = document;
    state.rows.clear();
    head.replaceChildren(...heads().map((text) => make("th", { text, attributes: { scope: "col" } })));
    const rows = [...columns().rowsOf(document)].filter((row) => columns().label("name", row));
    const lines = rows.slice(0, SHOWN_PER_DOCUMENT).map((row) => {
      const element_ = line(row);
      state.rows.set(row, element_);
      return element_;
    });
    body.replaceChildren(...lines);
    count(document);
    grid.hidden = rows.length === 0;
  }

  function count(document) {
    const rows = [...columns().rowsOf(document)].filter((row) => columns().label("name", row));
    const wrong = rows.filter((row) => columns().isMistake(row)).length;
    const facts = columns().documents[document];
    title.textContent = facts.name;
    const counted = columns().head.kind === "documents" || columns().blind ? `${rows.length} values` : `${wrong} of ${rows.length} wrong`;
    const more = rows.length > SHOWN_PER_DOCUMENT ? `, the first ${SHOWN_PER_DOCUMENT}` : "";
    const failed = facts.error ? ` – ${facts.status}: ${facts.error}${facts.request ? ` (request ${facts.request})` : ""}` : "";
    told.textContent = `${counted}${more}${failed}`;
  }

  function move(step, event) {
    const lines = [...body.children];
    const at = lines.indexOf(event.target.closest("tr"));
    const next = lines[Math.min(lines.length - 1, Math.max(0, at + step))];
    next?.focus();
  }

  grid.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1, event);
    else if (event.key === "Enter") event.target.closest("tr")?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return {
    element,
    grid,
    select(row) {
      const document = row === null ? -1 : columns().codes.document[row];
      element.hidden = row === null;
      if (row === null) {
        state.document = -1;
        details.replaceChildren();
        return;
      }
      if (document !== state.document) fill(document);
      for (const [one, line_] of state.rows) {
        line_.setAttribute("aria-selected", String(one === row));
        line_.tabIndex = one === row ? 0 : -1;
      }
      const chosen = state.rows.get(row);
      if (chosen) fields.scrollTop = Math.max(0, chosen.offsetTop - fields.clientHeight / 2);
    },
    // Write the lines of some rows anew, if they are shown.
    update(rows) {
      for (const row of rows) state.rows.get(row)?.replaceChildren(...cells(row));
      if (state.document >= 0) count(state.document);
    },
    refresh() {
      state.document = -1;
    },
    details: (content) => details.replaceChildren(...(content ? told_(content) : [])),
  };
}

function told_(content) {
  const facts = content.facts.flatMap(([name, text]) => [make("dt", { text: name }), make("dd", { text })]);
  const parts = [make("p", { className: "gini-field", text: content.field }), make("dl", {}, ...facts), values(content)];
  if (content.steps.length) {
    const steps = content.steps.map((text) => make("li", { text }));
    parts.push(make("details", {}, make("summary", { text: TEXTS.steps }), make("ol", {}, ...steps)));
  }
  if (content.candidates.length) parts.push(candidates(content));
  return parts;
}

function table(caption, heads, rows) {
  const columns_ = heads.map((text) => make("th", { text, attributes: { scope: "col" } }));
  return make("table", { className: "gini-table" }, make("caption", { text: caption }), make("thead", {}, make("tr", {}, ...columns_)), make("tbody", {}, ...rows));
}

function value(segments) {
  if (segments.length === 0) return make("td", { text: TEXTS.none, className: "gini-soft" });
  // What differs is marked, for the eye and for those who listen; blanks that differ are shown.
  return make("td", { className: "gini-value" }, ...segments.map(([text, same]) =>
    make(same ? "span" : "mark", { text: same ? text : text.replaceAll(" ", "·") })));
}

function values(content) {
  // As compared is worth a column only where it is not as delivered.
  const compared = content.values.some(([, segments, canonical]) => segments.map(([text]) => text).join("") !== canonical);
  const rows = content.values.map(([name, segments, canonical]) => make("tr", {},
    make("th", { text: name, attributes: { scope: "row" } }), value(segments),
    ...(compared ? [make("td", { text: canonical, className: "gini-soft gini-value" })] : [])));
  return table("Values", ["", "as delivered", ...(compared ? ["as compared"] : [])], rows);
}

function candidates(content) {
  const rows = content.candidates.map((candidate) => make("tr", {},
    make("th", { text: candidate.rank, attributes: { scope: "row" } }),
    make("td", { className: "gini-value" }, make("span", { text: candidate.value }),
      ...(candidate.right ? [make("span", { text: TEXTS.right, className: "gini-hit" })] : [])),
    make("td", { text: candidate.page })));
  return table(content.candidates_caption, ["no.", "value", "page"], rows);
}
