// All of the explorer that a saved notebook keeps: it asks the kernel for the rest.
export default function explorer() {
  let loading = null;
  let close = () => {};
  const load = (model) => new Promise((done, failed) => {
    const take = ({ event }, parts) => {
      if (event !== "script") return;
      model.off("msg:custom", take);
      const [script, style] = parts.map((part) => new TextDecoder().decode(part));
      const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
      import(url).then((module) => {
        const made = module.default();
        close = made.initialize({ model });
        done([made, style]);
      }, failed).finally(() => URL.revokeObjectURL(url));
    };
    model.on("msg:custom", take);
    model.send({ ask: "script" });
  });
  return {
    initialize: () => () => close(),
    async render({ model, el }) {
      el.textContent = "The explorer loads; it needs a running kernel. Without one, run the cell again.";
      loading ??= load(model);
      const [made, style] = await loading;
      const looks = document.createElement("style");
      looks.textContent = style;
      el.replaceChildren(looks);
      return made.render({ model, el });
    },
  };
}
