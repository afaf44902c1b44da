// The slots as columns: filters with counts, search and order, all here and without the kernel.
import { bytesOf } from "./wire.js";

const TYPES = { u1: Uint8Array, u2: Uint16Array, i4: Int32Array };
const ASCII = /^[\x00-\x7f]*$/;

export function searched(text) {
  const plain = ASCII.test(text) ? text : text.normalize("NFKC");
  return plain.toLowerCase().replace(/\s+/g, "");
}

export class Columns {
  constructor(head) {
    this.head = head;
    this.count = head.count;
    this.loaded = 0;
    this.codes = {};
    this.texts = { truth: [], extracted: [], extracted_a: [] };
    this.documents = [];
    this.hay = [];
    this.orders = {};
    this.learn();
  }

  learn() {
    this.wrong = new Set(["wrong", "missing", "spurious"].map((name) => this.head.labels.outcome?.indexOf(name)));
  }

  // Labels and texts of some rows are others now. Says whether there is a label that nobody had before.
  change({ rows, labels, texts }) {
    let grown = false;
    for (const [name, values] of Object.entries(labels)) {
      const known = this.head.labels[name];
      values.forEach((label, place) => {
        if (!known.includes(label)) {
          known.push(label);
          this.head.filters.find(({ column }) => column === name)?.choices.push(label);
          grown = true;
        }
        if (known.length > 256 && this.codes[name] instanceof Uint8Array) this.codes[name] = Int32Array.from(this.codes[name]);
        this.codes[name][rows[place]] = known.indexOf(label);
      });
    }
    for (const [name, values] of Object.entries(texts)) values.forEach((text, place) => (this.texts[name][rows[place]] = text));
    for (const row of rows) if (row < this.hay.length) this.hay[row] = this.hayOf(row);
    this.placed = null;
    this.learn();
    return grown;
  }

  append(piece, buffers) {
    piece.columns.forEach(([name, kind], place) => {
      const Kind = TYPES[kind];
      this.codes[name] ??= new Kind(this.count);
      this.codes[name].set(new Kind(bytesOf(buffers[place]).slice().buffer), piece.start);
    });
    const texts = JSON.parse(new TextDecoder().decode(bytesOf(buffers[piece.columns.length])));
    for (const name of ["truth", "extracted", "extracted_a"]) {
      for (const text of texts[name] ?? []) this.texts[name].push(text);
    }
    for (const [name, status, error, request] of texts.documents) this.documents.push({ name, status, error, request });
    this.loaded = piece.end;
    this.orders = {};
    this.placed = null;
  }

  get complete() {
    return this.loaded === this.count;
  }

  label(column, row) {
    return this.head.labels[column]?.[this.codes[column][row]] ?? "";
  }

  document(row) {
    return this.documents[this.codes.document[row]];
  }

  // Who labels blindly sees what was read once the slot is decided.
  hides(row) {
    return Boolean(this.blind) && !this.label("decided", row);
  }

  isMistake(row) {
    return this.wrong.has(this.codes.outcome[row]);
  }

  // The rows of each document, one after the other, and where each document's begin.
  places() {
    if (this.placed) return this.placed;
    const of = this.codes.document;
    const starts = new Int32Array(this.documents.length + 1);
    for (let row = 0; row < this.loaded; row += 1) starts[of[row] + 1] += 1;
    for (let place = 1; place < starts.length; place += 1) starts[place] += starts[place - 1];
    const next = starts.slice();
    const rows = new Int32Array(this.loaded);
    const wrong = new Int32Array(this.documents.length);
    for (let row = 0; row < this.loaded; row += 1) {
      rows[next[of[row]]++] = row;
      if (this.isMistake(row)) wrong[of[row]] += 1;
    }
    this.placed = { starts, rows, wrong };
    return this.placed;
  }

  rowsOf(document) {
    const { starts, rows } = this.places();
    return rows.subarray(starts[document], starts[document + 1]);
  }

  // What is searched is made while nothing else is to do, and for the rest when somebody searches.
  warm(upto = this.loaded) {
    const end = Math.min(upto, this.loaded);
    for (let row = this.hay.length; row < end; row += 1) this.hay.push(this.hayOf(row));
    return this.hay.length === this.loaded;
  }

  hayOf(row) {
    const document = this.document(row);
    document.hay ??= searched(`${document.name}\n${document.error}`);
    const texts = [this.texts.truth[row], this.texts.extracted[row]];
    return `${document.hay}\n${texts.map((text) => (text ? searched(text) : "")).join("\n")}`;
  }

  // Within a filter "or", between filters "and"; the counts of a filter ignore its own choice and obey all else.
  filter(selection) {
    const filters = this.head.filters.map(({ column }) => this.wanted(column, selection.filters[column] ?? []));
    const wanted = searched(selection.text);
    if (wanted) this.warm();
    const counts = filters.map(({ size }) => new Uint32Array(size));
    const found = new Int32Array(this.loaded);
    let length = 0;
    for (let row = 0; row < this.loaded; row += 1) {
      if (wanted && !this.hay[row].includes(wanted)) continue;
      let fails = 0;
      let failed = 0;
      for (let place = 0; place < filters.length && fails < 2; place += 1) {
        const { allowed, codes } = filters[place];
        if (allowed && !allowed[codes[row]]) {
          fails += 1;
          failed = place;
        }
      }
      if (fails === 0) {
        found[length++] = row;
        for (let place = 0; place < filters.length; place += 1) counts[place][filters[place].codes[row]] += 1;
      } else if (fails === 1) counts[failed][filters[failed].codes[row]] += 1;
    }
    const rows = this.sorted(found.subarray(0, length), selection.sort);
    return { rows, counts: Object.fromEntries(this.head.filters.map(({ column }, place) => [column, counts[place]])) };
  }

  wanted(column, values) {
    const labels = this.head.labels[column];
    let allowed = null;
    if (values.length) {
      allowed = new Uint8Array(labels.length);
      for (const value of values) if (labels.includes(value)) allowed[labels.indexOf(value)] = 1;
    }
    return { allowed, codes: this.codes[column] ?? new Uint8Array(this.loaded), size: labels.length };
  }

  sorted(rows, sort) {
    if (sort === "position" || rows.length === 0) return rows;
    const keys = this.keys(sort);
    const packed = new Float64Array(rows.length);
    // Key and row in one number: sorting numbers is ten times quicker than sorting by a function.
    for (let place = 0; place < rows.length; place += 1) packed[place] = keys[rows[place]] * this.count + rows[place];
    packed.sort();
    const found = new Int32Array(rows.length);
    for (let place = 0; place < rows.length; place += 1) found[place] = packed[place] % this.count;
    return found;
  }

  keys(sort) {
    if (sort !== "document") return this.codes[sort];
    if (!this.orders.document) {
      const names = this.documents.map((document, place) => [document.name, place]);
      names.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
      const rank = new Int32Array(names.length);
      names.forEach(([, place], at) => (rank[place] = at));
      this.orders.document = this.codes.document.map((code) => rank[code]);
    }
    return this.orders.document;
  }

  // The first row of each document of a list, in the order of the list.
  firsts(rows) {
    const seen = new Uint8Array(this.documents.length);
    const of = this.codes.document;
    return rows.filter((row) => !seen[of[row]] && (seen[of[row]] = 1));
  }
}
