// Search, filters with live counts, and the order. A choice that has come to nothing stays, and is dimmed.
import { button, make } from "./dom.js";
import { TEXTS } from "./texts.js";

const SEARCH_REST_MS = 60;

export function filterBar({ head, onChange, onLook }) {
  let selection = { filters: {}, text: "", sort: "position" };
  let timer = 0;
  const search = make("input", {
    className: "gini-input gini-search",
    attributes: { type: "search", placeholder: `${TEXTS.search}: ${TEXTS.searchHint}`, "aria-label": TEXTS.search, spellcheck: "false", autocomplete: "off" },
  });
  const told = make("span", { className: "gini-found" });
  const sort = make("select", { className: "gini-input", attributes: { "aria-label": "Order" } },
    ...head.sorts.map(([name, text]) => make("option", { text, attributes: { value: name } })));
  const menus = head.filters.map((filter) => menu(filter, head, (values) => {
    change({ filters: { ...selection.filters, [filter.column]: values } });
  }));
  menus.find((one) => one.column === "onpage")?.add(button(TEXTS.look, TEXTS.lookHint, onLook));
  const clear = button(TEXTS.clear, "Clear search and filters", () => change({ filters: {}, text: "" }));
  const element = make("div", { className: "gini-filters", attributes: { role: "search" } },
    search, ...menus.map((one) => one.element), sort, told, clear);

  function change(changed) {
    selection = { ...selection, ...changed };
    show(selection);
    onChange(selection);
  }

  function show(chosen) {
    selection = chosen;
    if (search.value !== chosen.text) search.value = chosen.text;
    sort.value = chosen.sort;
    for (const one of menus) one.choose(chosen.filters[one.column] ?? []);
    clear.disabled = !chosen.text && !Object.values(chosen.filters).some((values) => values.length);
  }

  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => change({ text: search.value }), SEARCH_REST_MS);
  });
  sort.addEventListener("change", () => change({ sort: sort.value }));
  return {
    element, search, show,
    close: () => clearTimeout(timer),
    closeMenus() {
      const open = menus.filter((one) => one.element.open);
      for (const one of open) one.element.open = false;
      return open.length > 0;
    },
    count(found, of, counts) {
      told.textContent = `${found.toLocaleString("en")} of ${of.toLocaleString("en")}`;
      for (const one of menus) one.count(counts[one.column]);
    },
  };
}

function menu({ column, called, choices }, head, onChange) {
  const labels = head.labels[column];
  const summary = make("summary", { className: "gini-button", text: called });
  const options = choices.map((label) => {
    const check = make("input", { attributes: { type: "checkbox" } });
    const count = make("span", { className: "gini-soft gini-count" });
    check.addEventListener("change", () => onChange(options.filter((one) => one.check.checked).map((one) => one.label)));
    const element = make("label", { className: "gini-choice" }, check, make("span", { text: label || TEXTS.noCause }), count);
    return { label, check, count, element, code: labels.indexOf(label) };
  });
  const box = make("div", { className: "gini-choices", attributes: { role: "group", "aria-label": called } }, ...options.map((one) => one.element));
  const element = make("details", { className: "gini-filter", attributes: { name: `gini-filter` } }, summary, box);
  return {
    element, column, add: (more) => box.append(more),
    choose(values) {
      const chosen = new Set(values);
      for (const one of options) one.check.checked = chosen.has(one.label);
      summary.textContent = values.length === 0 ? called
        : `${called}: ${values.length === 1 ? values[0] || TEXTS.noCause : values.length}`;
      summary.setAttribute("aria-label", summary.textContent);
      element.classList.toggle("gini-active", values.length > 0);
    },
    count(counts) {
      for (const one of options) {
        one.count.textContent = counts[one.code].toLocaleString("en");
        one.element.classList.toggle("gini-dimmed", counts[one.code] === 0);
      }
    },
  };
}
