// A strip of all pages, small; each is asked for when it comes into sight, and those with a box have a mark.
import { button, make } from "./dom.js";
import { TEXTS } from "./texts.js";

export function thumbStrip({ ask, onTurn }) {
  const element = make("nav", { className: "gini-thumbs", attributes: { "aria-label": TEXTS.pages } });
  let shown = "";
  const watcher = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      watcher.unobserve(target);
      ask(Number(target.dataset.page), (url) => (target.firstChild.src = url));
    }
  }, { root: element });
  return {
    element,
    close: () => watcher.disconnect(),
    show(document, page, marked) {
      element.hidden = !page || page.count < 2;
      if (element.hidden) return;
      if (shown !== `${document}|${page.count}`) {
        shown = `${document}|${page.count}`;
        watcher.disconnect();
        element.replaceChildren(...Array.from({ length: page.count }, (_, place) => {
          const one = button("", `Page ${place + 1}`, () => onTurn(place + 1), { "data-page": place + 1 });
          one.append(make("img", { attributes: { alt: "" } }), make("span", { text: place + 1 }));
          watcher.observe(one);
          return one;
        }));
      }
      for (const one of element.children) {
        const number = Number(one.dataset.page);
        one.setAttribute("aria-current", String(number === page.number));
        one.lastChild.textContent = `${number}${marked.has(number) ? " ▪" : ""}`;
        if (number === page.number) element.scrollTop = one.offsetTop - element.clientHeight / 2;
      }
    },
  };
}
