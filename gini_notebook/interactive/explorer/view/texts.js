// Every word of the interface, in one place.
export const TEXTS = {
  loading: "Loading …",
  nothing: "Nothing fits these filters.",
  empty: "There is nothing to list.",
  search: "Search",
  searchHint: "document, truth, read, error",
  clear: "Clear",
  documents: "documents",
  fields: "fields",
  list: "List",
  page: "Page",
  table: "Fields",
  last: "This is the last one.",
  first: "This is the first one.",
  busy: "The kernel is busy; list, filters and search go on working.",
  retry: "Ask again",
  failed: "not read",
  units: "The boxes are not in points, so they are not drawn; client= asks the service for the unit.",
  keys: "Keys",
  copied: "Copied: the call that shows this again.",
  notCopied: "The browser does not let this page copy; explorer.code() returns the call.",
  none: "–",
  noCause: "none",
  look: "Look on all pages",
  lookHint: "Look through all documents for their true values",
  looking: "Looked for true values:",
  looked: "All documents were looked through.",
  pages: "Pages",
  truth: "Truth",
  verdict: "Verdict",
  queue: "Queue",
  save: "keep ↵",
  equal: "equal to what was read",
  again: "Enter once more keeps it as it is",
  why: "why (optional), then Enter",
  open: "open",
  hidden: "hidden",
  saved: "saved",
  steps: "Step by step",
  right: "the right value",
};

// What is shown beside an outcome, so that no colour has to tell it.
export const MARKS = {
  correct: ["✓", "good"], wrong: ["✗", "bad"], missing: ["?", "bad"], spurious: ["+", "bad"],
  absent: ["·", "soft"], ignored: ["◦", "soft"], unlabelled: ["◦", "soft"], read: ["", "soft"],
  failed: ["!", "bad"], pending: ["…", "warn"], unclear: ["…", "warn"],
};

// How often a true value stands on the pages, for a narrow column.
export const TIMES = { once: "1×", several: "n×", nowhere: "0×", unknown: "?" };
