"""Evaluations of as many slots as wanted, of every outcome, and a page that measures itself."""

import random
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.truth import read_truth
from gini_notebook.interactive.explorer import Explorer, explore
from tests.analysis.report.report_samples import Tables, rows

if TYPE_CHECKING:
    from lab_server import NotebookPage
    from playwright.sync_api import Locator, Page

FIELDS = ("iban", "amountToPay", "bic", "paymentReference", "paymentRecipient")
# Sorts numbers that are always the same: what a page needs for it tells how busy the machine is.
LOOP = """() => {
  const numbers = new Float64Array(100000);
  let seed = 1;
  for (let at = 0; at < numbers.length; at += 1) numbers[at] = seed = (seed * 16807) % 2147483647;
  const start = performance.now();
  numbers.sort();
  return performance.now() - start;
}"""
# Each press is timed until the browser has laid out what came of it; now and then it gets time to breathe.
PRESS = """async ({ keys, times, decoded }) => {
  const box = document.querySelector(".gini-list");
  const image = document.querySelector(".gini-paper img");
  const seen = [];
  for (let at = 0; at < times; at += 1) {
    const [key, shiftKey] = [keys[at % keys.length], false];
    const start = performance.now();
    box.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true }));
    void document.body.offsetHeight;
    if (decoded) await image.decode().catch(() => {});
    seen.push(performance.now() - start);
    if (decoded || at % 25 === 0) await new Promise((on) => setTimeout(on, decoded ? 120 : 0));
  }
  return seen;
}"""
FILTERS = """async ({ times }) => {
  const checks = [...document.querySelectorAll(".gini-choice input")];
  const seen = [];
  let seed = 7;
  for (let at = 0; at < times; at += 1) {
    seed = (seed * 16807) % 2147483647;
    const start = performance.now();
    checks[seed % checks.length].click();
    void document.body.offsetHeight;
    seen.push(performance.now() - start);
    if (at % 5 === 4) document.querySelector(".gini-filters > button").click();
    await new Promise((on) => setTimeout(on));
  }
  document.querySelector(".gini-filters > button").click();
  return seen;
}"""
SEARCHES = """async ({ texts, rest }) => {
  const search = document.querySelector(".gini-search");
  const found = document.querySelector(".gini-found");
  const seen = [];
  for (const text of texts) {
    const start = performance.now();
    const shown = new Promise((on) => {
      const watcher = new MutationObserver(() => { watcher.disconnect(); on(performance.now()); });
      watcher.observe(found, { childList: true, characterData: true, subtree: true });
    });
    search.value = text;
    search.dispatchEvent(new Event("input", { bubbles: true }));
    seen.push((await shown) - start - rest);
  }
  return seen;
}"""
SORTS = """({ names }) => names.map((name) => {
  const sort = document.querySelector(".gini-filters select");
  const start = performance.now();
  sort.value = name;
  sort.dispatchEvent(new Event("change", { bubbles: true }));
  void document.body.offsetHeight;
  return performance.now() - start;
})"""
WORDS = """async ({ count }) => {
  const [{ wordPicker }, { drawn }] = await Promise.all([import("/words.js"), import("/dom.js")]);
  const layer = drawn("g", {});
  const style = "width: 600px; height: 800px; position: fixed; top: 0; left: 0";
  const area = drawn("svg", { viewBox: "0 0 1 1", style }, layer);
  document.body.append(area);
  area.setPointerCapture = () => {};
  const words = wordPicker({ layer, area, onPick: () => {} });
  const boxes = new Float32Array(4 * count);
  for (let at = 0; at < count; at += 1) boxes.set([(at % 40) * 15, Math.floor(at / 40) * 16, 12, 10], 4 * at);
  words.layout({ number: 1, width: 600, height: 800, url: "" }, 0);
  words.take(Array.from({ length: count }, (_, at) => `word${at}`), boxes);
  const timed = (call) => {
    const start = performance.now();
    call();
    void document.body.offsetHeight;
    return performance.now() - start;
  };
  const send = (kind, clientX, clientY) => {
    area.dispatchEvent(new PointerEvent(kind, { clientX, clientY, button: 0, pointerId: 1, bubbles: true }));
  };
  send("pointerdown", 2, 2);
  const drag = Array.from({ length: 200 }, (_, at) => timed(() => send("pointermove", 5 + at * 2.9, 5 + at * 3.9)));
  send("pointerup", 590, 790);
  const word = Array.from({ length: 200 }, (_, at) => timed(() => words.step(at % 7 ? 1 : -1, at % 3 === 0)));
  area.remove();
  return { drag, word };
}"""
# From the key that runs a cell to the first option of a list that was not there before.
USABLE = """() => {
  window.ran = window.usable = null;
  const old = new Set(document.querySelectorAll(".gini-option"));
  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) window.ran = performance.now();
  }, { capture: true });
  const watcher = new MutationObserver(() => {
    const option = [...document.querySelectorAll(".gini-option")].find((one) => !old.has(one));
    if (!option) return;
    void option.offsetHeight;
    window.usable = performance.now();
    watcher.disconnect();
  });
  watcher.observe(document.body, { childList: true, subtree: true });
}"""
# When the last of something happened: keys, moves of the list, details, pictures, answers to what was typed.
WATCH = """() => {
  const at = window.last = { key: 0, input: 0 };
  const root = [...document.querySelectorAll(".gini-explorer")].at(-1);
  const on = (name, element, options) => {
    new MutationObserver(() => { at[name] = performance.now(); }).observe(element, options);
  };
  root.addEventListener("keydown", () => { at.key = performance.now(); }, { capture: true });
  root.addEventListener("input", () => { at.input = performance.now(); }, { capture: true });
  on("list", root.querySelector(".gini-list"), { attributes: true, attributeFilter: ["aria-activedescendant"] });
  on("details", root.querySelector(".gini-details"), { childList: true });
  on("check", root.querySelector(".gini-check"), { childList: true, characterData: true, subtree: true });
  root.querySelector(".gini-paper img").addEventListener("load", () => { at.picture = performance.now(); });
}"""


def tables(count: int, seed: int = 0, *, better: bool = False) -> tuple[Tables, pd.DataFrame]:
    """Return a run and its truth, five fields for each document."""
    draw = random.Random(seed)
    truth, found, documents = [], [], []
    for number in range(count // len(FIELDS)):
        name = f"{draw.choice('abc')}/rechnung_{number:05}.pdf"
        documents.append((name, "completed", None, None, draw.choice(["x", "y", "z"])))
        for field in FIELDS:
            value = f"{draw.randrange(1000)}.00:EUR" if field == "amountToPay" else f"Wert {draw.randrange(500)} ß"
            truth.append((name, "", 0, field, value if draw.random() < 0.9 else None))
            read, right = draw.random() < 0.8, draw.random() < 0.7
            if read:
                found.append((name, "", 0, field, value if right or better else value.replace("0", "1") + " "))
    table = pd.DataFrame(documents, columns=["document", "status", "error", "request_id", "supplier"])
    return Tables(rows(*found), table), rows(*truth)


def many(count: int, seed: int = 0, *, better: bool = False) -> Evaluation:
    """Evaluate slots of every outcome."""
    return evaluate(*tables(count, seed, better=better))


def labelled_many(count: int, labels: Path) -> Explorer:
    """Explore as many slots with the editor of the truth."""
    run, truth = tables(count)
    return explore(evaluate(run, truth), batch=run, labels=labels)


def with_pages(invoices: Path) -> Explorer:
    """Explore a few invoices that were read without a mistake, with their pages; the first one has two."""
    names = ["craftsman_two_pages.pdf", "letter_plain.pdf", "doctor_practice.pdf", "hotel_transfer.pdf"]
    truth = read_truth(invoices / "truth.csv")
    truth = truth[truth["document"].isin(names) & truth["value"].notna()]
    result = evaluate(truth[["document", "group", "row", "field", "value"]], truth)
    return explore(result, documents=invoices, show="all", at=names[0])


def hold(opened: "NotebookPage", output: "Locator") -> None:
    """Hold the arrow for 2 s, 30 times a second, and let go."""
    output.locator(".gini-list").focus()
    end = time.monotonic() + 2
    while time.monotonic() < end:
        opened.page.keyboard.down("ArrowDown")
        opened.page.wait_for_timeout(33)
    opened.page.keyboard.up("ArrowDown")
    opened.page.wait_for_timeout(1_500)


def megabytes(page: "Page") -> float:
    """Return what the page holds, typed arrays included, once nothing is left to be collected."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")
    session.detach()
    return (used["usedSize"] + used.get("backingStorageSize", 0)) / 1e6
