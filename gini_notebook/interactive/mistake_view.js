// One mistake: the page with its boxes on the left, values and candidates on the right. Everything that comes from
// documents is put in as text. Nothing is a synced property: the content comes as a message, on request.
function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  if (options.text !== undefined) element.textContent = options.text;
  if (options.className) element.className = options.className;
  for (const [name, value] of Object.entries(options.attributes ?? {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function table(caption, head, rows) {
  const columns = head.map((text) => make("th", { text, attributes: { scope: "col" } }));
  return make(
    "table",
    { className: "gini-table" },
    make("caption", { text: caption }),
    make("thead", {}, make("tr", {}, ...columns)),
    make("tbody", {}, ...rows),
  );
}

function value(segments) {
  if (segments.length === 0) return make("td", { text: "–", className: "gini-nothing" });
  // What differs is marked, for the eye and for those who listen.
  return make("td", {}, ...segments.map(([text, same]) => make(same ? "span" : "mark", { text })));
}

function values(content) {
  // As compared is worth a column only where it is not as delivered.
  const compared = content.values.some(([, segments, canonical]) => segments.map(([text]) => text).join("") !== canonical);
  const rows = content.values.map(([name, segments, canonical]) =>
    make(
      "tr",
      {},
      make("th", { text: name, attributes: { scope: "row" } }),
      value(segments),
      ...(compared ? [make("td", { text: canonical, className: "gini-soft" })] : []),
    ),
  );
  return table("Values", ["", "as delivered", ...(compared ? ["as compared"] : [])], rows);
}

function candidates(content) {
  const rows = content.candidates.map((candidate) =>
    make(
      "tr",
      { className: candidate.right ? "gini-right" : "" },
      make("th", { text: candidate.rank, attributes: { scope: "row" } }),
      make(
        "td",
        {},
        make("span", { text: candidate.value }),
        ...(candidate.right ? [make("span", { text: "the right value", className: "gini-hit" })] : []),
      ),
      make("td", { text: candidate.page }),
    ),
  );
  return table(content.candidates_caption, ["no.", "value", "page"], rows);
}

function details(content) {
  const parts = [make("h3", { text: content.document }), make("p", { className: "gini-field", text: content.field })];
  const facts = content.facts.flatMap(([name, text]) => [make("dt", { text: name }), make("dd", { text })]);
  parts.push(make("dl", {}, ...facts), values(content));
  if (content.steps.length) {
    const steps = content.steps.map((text) => make("li", { text }));
    parts.push(make("details", {}, make("summary", { text: "Step by step" }), make("ol", {}, ...steps)));
  }
  if (content.candidates.length) parts.push(candidates(content));
  return make("div", { className: "gini-details" }, ...parts);
}

function boxes(page) {
  return page.boxes.map((box) => {
    const element = make("div", { className: `gini-box gini-${box.kind}`, attributes: { title: box.title } });
    element.append(make("span", { text: box.label }));
    element.style.left = `${(100 * box.left) / page.width}%`;
    element.style.top = `${(100 * box.top) / page.height}%`;
    element.style.width = `${(100 * box.width) / page.width}%`;
    element.style.height = `${(100 * box.height) / page.height}%`;
    return element;
  });
}

function turner(text, page, step, model) {
  const button = make("button", { text, className: "jupyter-button", attributes: { type: "button" } });
  button.disabled = page.number + step < 1 || page.number + step > page.count;
  button.addEventListener("click", () => model.send({ event: "page", number: page.number + step }));
  return button;
}

function sheet(page, url, model, state) {
  const image = make("img", { attributes: { src: url, alt: page.alt } });
  const paper = make("div", { className: "gini-paper" }, image, ...boxes(page));
  const scroll = make("div", { className: "gini-scroll", attributes: { tabindex: "0", role: "region", "aria-label": "Page" } }, paper);
  const zoom = make("button", { className: "jupyter-button", attributes: { type: "button" } });
  const apply = () => {
    scroll.classList.toggle("gini-large", state.large);
    zoom.textContent = state.large ? "Smaller" : "Larger";
    zoom.setAttribute("aria-pressed", String(state.large));
    look(scroll, paper);
  };
  zoom.addEventListener("click", () => {
    state.large = !state.large;
    apply();
  });
  image.addEventListener("load", () => look(scroll, paper));
  const bar = make(
    "div",
    { className: "gini-bar" },
    turner("Page back", page, -1, model),
    make("span", { text: `Page ${page.number} of ${page.count}` }),
    turner("Page on", page, 1, model),
    zoom,
  );
  apply();
  return make("div", { className: "gini-sheet" }, bar, scroll, make("p", { className: "gini-soft", text: page.note }));
}

// Scroll the page, and nothing else, to the first box.
function look(scroll, paper) {
  const box = paper.querySelector(".gini-extracted") ?? paper.querySelector(".gini-box");
  if (!box) return;
  scroll.scrollTop = box.offsetTop - scroll.clientHeight / 2;
  scroll.scrollLeft = box.offsetLeft - scroll.clientWidth / 3;
}

function render({ model, el }) {
  const heard = make("div", { className: "gini-heard", attributes: { role: "status" } });
  const body = make("div", { className: "gini-body" });
  const root = make("div", { className: "gini-mistake", attributes: { tabindex: "0", role: "group", "aria-label": "Mistake; arrow keys lead to the previous and the next one" } }, heard, body);
  root.dataset.lmSuppressShortcuts = "true";
  const state = { large: false };
  let url = "";

  function show(message, buffers) {
    if (message.event !== "show") return;
    const content = message.content;
    if (url) URL.revokeObjectURL(url);
    url = "";
    heard.textContent = content.heard ?? "";
    body.replaceChildren();
    if (content.nothing) body.append(make("p", { text: content.nothing }));
    if (!content.document) return;
    if (content.page && buffers.length) {
      url = URL.createObjectURL(new Blob([buffers[0]], { type: "image/jpeg" }));
      body.append(sheet(content.page, url, model, state));
    } else if (content.no_page) {
      body.append(make("p", { className: "gini-sheet gini-soft", text: content.no_page }));
    }
    body.append(details(content));
  }

  root.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    if (event.target !== root) return;
    event.preventDefault();
    event.stopPropagation();
    model.send({ event: event.key === "ArrowLeft" ? "previous" : "next" });
  });
  model.on("msg:custom", show);
  el.append(root);
  model.send({ event: "ready" });
  return () => {
    if (url) URL.revokeObjectURL(url);
    model.off("msg:custom", show);
  };
}

export default { render };
