"""``read_truth``: one door for every kind of ground truth."""

import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from gini_notebook import _guarded
from gini_notebook._files import own_name
from gini_notebook.analysis.truth import label_notes
from gini_notebook.analysis.truth.column_values import Wishes
from gini_notebook.analysis.truth.document_names import names_of, pairing_notes
from gini_notebook.analysis.truth.edits import Edit, fold, is_journal, journal_labels, labels_of_edits
from gini_notebook.analysis.truth.einvoice.line_amounts import ATTRIBUTE, read_each, written_together
from gini_notebook.analysis.truth.folder import (
    DOCUMENT_SUFFIXES,
    document_name,
    files_below,
    read_document,
    read_documents,
)
from gini_notebook.analysis.truth.headers import key, nearest_of
from gini_notebook.analysis.truth.item_rows import POSITION
from gini_notebook.analysis.truth.journal import Journal
from gini_notebook.analysis.truth.label_columns import LabelColumns
from gini_notebook.analysis.truth.labels import Labels, declare, frame, packed, place_of, unpacked
from gini_notebook.analysis.truth.layers import name_documents, put_over
from gini_notebook.analysis.truth.records import json_labels, jsonl_labels
from gini_notebook.analysis.truth.sheets import (
    csv_labels,
    decoded_table,
    frame_labels,
    grid_labels,
    parquet_labels,
    read_bytes,
    sheet_labels,
)
from gini_notebook.analysis.truth.sidecars import IMAGE_SUFFIXES, renamed, sidecars
from gini_notebook.analysis.truth.sizes import check_regular, limits_for
from gini_notebook.errors import ReaderStopped, SettingError, TruthError
from gini_notebook.notations import LOCALES, ORDERS
from gini_notebook.notations import currency as currency_code
from gini_notebook.notes import EXAMPLES, Note, as_plain, from_plain, merged
from gini_notebook.schema import FIELD_ENTITIES, LINE_ITEMS, TRUTH, dotted

if TYPE_CHECKING:
    import pandas as pd

    from gini_notebook.analysis.truth.truth import Truth

SPREADSHEET_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TABLE_SUFFIXES = (".csv", ".tsv", ".txt", *SPREADSHEET_SUFFIXES, ".parquet", ".jsonl", ".ndjson")

Edits: TypeAlias = "str | os.PathLike[str] | Journal | Sequence[Edit]"

# Of CSV and JSON; some ten million labels.
MAX_TEXT_BYTES = 256 * 1024 * 1024


@dataclass
class _Reading:
    """The wishes of the caller, and what was read so far."""

    source: str
    wishes: Wishes
    qr_codes: bool = False
    executor: Executor | None = None
    labels: Labels = field(default_factory=Labels)
    problems: list[tuple[str, str]] = field(default_factory=list)
    without: int = 0
    tables: list[str] = field(default_factory=list)
    rule: str = ""
    name: str = ""


def read_truth(  # noqa: PLR0913 - settings, all by keyword
    source: "str | os.PathLike[str] | pd.DataFrame | Iterable[str | os.PathLike[str] | pd.DataFrame]",
    *,
    columns: Mapping[str, str | None] | None = None,
    documents: Any = None,
    sheet: str | int | None = None,
    header_row: int | None = None,
    locale: str | Mapping[str, str] | None = None,
    currency: str | None = None,
    date_order: str | None = None,
    encoding: str | None = None,
    declared_fields: Sequence[str] | str | None = None,
    alternatives: str | None = None,
    qr_codes: bool = False,
    executor: Executor | None = None,
) -> "Truth":
    """Read ground truth: what the fields of documents really hold.

    What is understood without having been said (another name of a column, a notation, an encoding, a title above the
    table) is a note in ``notes``; what can be understood in two ways is refused with the sentence that says which.

    Parameters
    ----------
    source
        One of these, or a list of them, in which a later one replaces what an earlier one says of a document:

        - a table (``.csv``, ``.tsv``, ``.xlsx``, ``.ods``, ``.parquet``, or a DataFrame), *wide* with a row per
          document and the columns ``document`` (or ``file``) and one per field, or *long* with the columns
          ``document``, ``field``, ``value`` (and ``group`` and ``row`` for line items, ``alternative`` and ``state``).
          German and English words above the columns are understood, and a second sheet with line items is read, too;
        - ``.jsonl`` or ``.json`` with an object per document: ``document`` (or ``file``), fields, and lists of objects
          such as ``lineItems``; a list of plain values is alternatives;
        - a journal of edits (``.jsonl``, see :class:`gini_notebook.Journal`), each line one decision about
          one label, folded over the sources before it: ``read_truth(["truth.csv", "labels.jsonl"])``;
        - extractions as the service answers them, which somebody corrected (``<document>.json``);
        - an e-invoice: CII (ZUGFeRD, Factur-X, XRechnung), UBL or ebInterface, as XML or inside a PDF;
        - a folder of e-invoices and corrected extractions, subfolders included. There a document is called by its path
          below the folder, and a file that cannot be read does not stop the others. An e-invoice beside a document of
          its name (``RE-1.xml`` beside ``RE-1.pdf``) is the truth of that document. Tables in it are not read.
    columns
        Other names of columns, such as ``{"Dateiname": "document", "Betrag": "amountToPay"}``; None leaves one out.
        They hold for the keys of JSON and for what stands in the column ``field`` of a long table, too.
    documents
        The documents that the names in the table mean: a batch, its documents table, or names. Names that differ in
        case, ending or folder are then written as there, if exactly one candidate remains.
    sheet
        Name or number (from 1) of the sheet of a workbook to read; by default the first visible one with a table, and
        one with line items beside it.
    header_row
        Number (from 1) of the row with the names of the columns; by default it is looked for.
    locale
        Notation of amounts and numbers that are text: ``"de"`` (``1.234,56``), ``"ch"`` (``1'234.56``) or ``"en"``
        (``1,234.56``), for all columns or by column. By default a column is read if it leaves one reading.
    currency
        The currency (ISO 4217) of amounts that name none. Without it, the number alone is compared.
    date_order
        ``"dmy"`` or ``"mdy"``, for dates such as 03/04/2025.
    encoding
        Of CSV and JSON; by default UTF-8, UTF-16 with or without its mark, and else Windows-1252.
    declared_fields
        Fields that somebody looked for in every document, so that nothing found means *empty* and not *unlabelled*:
        names of header fields, ``"lineItems.artNumber"`` for a column of line items, or ``"all"``.
    alternatives
        What stands between several acceptable values in a cell of a wide table, such as ``" | "``.
    qr_codes
        Also read payment QR codes (EPC, Swiss, BezahlCode) of images, and of PDFs without e-invoice. What is extracted
        from the same QR code agrees with such truth by construction.
    executor
        Where to read the files of a folder or list: any ``concurrent.futures.Executor``, for example a
        ``ProcessPoolExecutor``, or Dask's ``Client.get_executor()`` where the workers see the same files.

    Returns
    -------
    Truth
        A DataFrame, the truth table of :data:`gini_notebook.schema.TRUTH`, ordered by its key: ``document``, ``group``
        (``""`` for header fields, else the name of the compound extraction), ``row`` (Int64, from 0), ``field``,
        ``alternative`` (Int64, from 0: any of several values is right), ``value``, ``state`` (``"value"``,
        ``"empty"``: somebody looked and there is nothing, ``"unclear"``: somebody looked and could not tell) and
        ``source`` (``"table"``, ``"json"``, ``"extractions"``, ``"xml:DuePayableAmount"``, ``"epc-qr"``, ...). No row
        says that nobody looked. Amounts are ``"12.34:EUR"``, dates ISO 8601. ``notes`` is what to know; ``attrs`` holds
        ``rule`` (how missing values were understood), ``problems`` (pairs of document and message) and ``summary``.

    Raises
    ------
    TruthError
        If there is no such source, nothing in it is ground truth, needed columns lack, a document is there twice, a
        column leaves several readings, a cell holds an error or a number that has lost digits, or (where ``source`` is
        one file) the file is damaged or refused.
    SettingError
        If an argument has a value that makes no sense.
    ExecutorBroken
        If the executor breaks off.

    Notes
    -----
    The recipient of an e-invoice is the payee, if there is one, else the seller; the name of the account is not used.
    ``paymentReference`` is the remittance information, else the number of the invoice; ``source`` tells which.
    The due date is the one without discount. ``baseGross`` is the net price of one unit plus its tax, rounded half up
    to cents, since e-invoices state prices without tax. The sign of an amount is the one of the XML, so credit notes
    (whose amounts are positive) stay positive. The page ``docs/e_invoices.md`` has the business term of each field.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"document": ["a.pdf"], "amountToPay": ["12.34:EUR"]})
    >>> read_truth(table)[["document", "field", "value"]].values.tolist()
    [['a.pdf', 'amountToPay', '12.34:EUR']]
    """
    wishes = _wishes(columns, sheet, header_row, locale, currency, date_order, encoding, alternatives)
    named = repr(os.fspath(source)) if isinstance(source, (str, os.PathLike)) else "this source"
    reading = _Reading(named, wishes, qr_codes, executor)
    sources = [source] if hasattr(source, "columns") or isinstance(source, (str, os.PathLike)) else list(source)
    reading.name = ", ".join(filter(None, map(_name, sources)))
    if hasattr(source, "columns"):
        _read_frame(reading, source)
    elif isinstance(source, (str, os.PathLike)):
        _read_path(reading, Path(source).expanduser())
    else:
        _read_list(reading, sources)
    return _finished(reading, declared_fields, documents)


def _name(source: Any) -> str:
    """Return the name of a file or folder, without where it lies; of a table what reading it has noted."""
    if isinstance(source, (str, os.PathLike)):
        return own_name(source)
    return str(getattr(source, "attrs", {}).get("name", ""))


def _wishes(  # noqa: PLR0917 - the settings of read_truth
    columns: Mapping[str, str | None] | None,
    sheet: str | int | None,
    header_row: int | None,
    locale: str | Mapping[str, str] | None,
    currency: str | None,
    date_order: str | None,
    encoding: str | None,
    alternatives: str | None,
) -> Wishes:
    """Check the settings, and put them together."""
    locales = {"": locale} if isinstance(locale, str) else dict(locale or {})
    for name, value in locales.items():
        if value not in LOCALES:
            message = f"locale is {value!r}{f' for {name!r}' if name else ''}; it must be one of {', '.join(LOCALES)}."
            raise SettingError(message)
    if date_order is not None and date_order not in ORDERS:
        message = f"date_order is {date_order!r}; it must be one of {', '.join(ORDERS)}."
        raise SettingError(message)
    code = "" if currency is None else currency_code(currency)
    if code is None:
        message = f"currency is {currency!r}; it must be a currency code such as 'EUR'."
        raise SettingError(message)
    if header_row is not None and (isinstance(header_row, bool) or header_row < 1):
        message = f"header_row is {header_row!r}; rows count from 1."
        raise SettingError(message)
    return Wishes(
        columns=dict(columns or {}),
        sheet="" if sheet is None else str(sheet),
        header_row=header_row or 0,
        locale=locales,
        currency=code,
        date_order=date_order or "",
        encoding=encoding or "",
        alternatives=alternatives or "",
    )


def _finished(reading: _Reading, declared_fields: Sequence[str] | str | None, documents: Any) -> "Truth":
    from gini_notebook.analysis.truth.truth import Truth

    if documents is not None:
        name_documents(reading.labels, names_of(documents))
    declared = declare(reading.labels, declared_fields)
    labels = reading.labels
    if not labels.labels:
        raise TruthError(_nothing_found(reading))
    labels.notes = [note for note in labels.notes if note.kind not in label_notes.KINDS]
    labels.notes += [*label_notes.notes_of_labels(labels.labels), *pairing_notes(labels.paired), *_lacking(reading)]
    if reading.tables:
        labels.notes.append(Note("tables_passed_over", len(reading.tables), examples=_first(reading.tables)))
    if reading.problems:
        examples = tuple(name for name, _ in reading.problems[:EXAMPLES])
        labels.notes.append(Note("files_unread", len(reading.problems), examples=examples))
    _unsure_of_invoices(labels)
    _unsure_of_positions(labels, declared)
    table = Truth(frame(labels.labels))
    table.attrs.update(
        name=reading.name,
        rule=_rule(declared) if declared or not reading.rule else reading.rule,
        problems=reading.problems,
        summary=_summary(reading),
        unsure=[dotted(*one) for one in labels.unsure],
        notes=as_plain(merged([labels.notes])),
        paired={document: list(pair) for document, pair in labels.paired.items()},
    )
    if labels.lines:
        table.attrs[ATTRIBUTE] = written_together(labels.lines)
    return table


def _lacking(reading: _Reading) -> list[Note]:
    """Say which names of ``columns=`` no source has."""
    there = set(map(key, reading.labels.headers))
    lacking = [name for name in reading.wishes.columns if key(name) not in there]
    if not lacking:
        return []
    words = {name: nearest_of(name, reading.labels.headers) for name in lacking}
    near = [f"{name} is near {other}" for name, other in words.items() if other]
    return [Note("columns_lacking", len(lacking), tuple(lacking), f" ({'; '.join(near)})" if near else "")]


def _unsure_of_invoices(labels: Labels) -> None:
    """Count what e-invoices say beyond the fields of the service only where it is delivered: nobody labelled it."""
    by_hand = ("table", "json", "extractions", "declared", "no rows")
    found = labels.labels.used("group", "field", "source")
    places = {(group, name) for group, name, _ in found if name not in FIELD_ENTITIES}
    places -= {(group, name) for group, name, source in found if source in by_hand}
    labels.unsure.update(dict.fromkeys(sorted(places)))


def _unsure_of_positions(labels: Labels, declared: Collection[tuple[str, str]]) -> None:
    """Count numbers of rows only where they are delivered: somebody wrote them to have the rows in order."""
    if (LINE_ITEMS, POSITION) not in labels.fields or (LINE_ITEMS, POSITION) in declared:
        return
    if count := label_notes.running_positions(labels.labels):
        labels.unsure.setdefault((LINE_ITEMS, POSITION))
        labels.notes.append(Note("rows_numbered", count, (dotted(LINE_ITEMS, POSITION),)))


def _read_frame(reading: _Reading, table: Any) -> None:
    """Read a table in memory; what this function itself has returned says what it says."""
    if "notes" not in table.attrs or not {"document", "field", "value", "source"} <= set(table.columns):
        _put_table(reading, frame_labels(table, reading.wishes), "a table")
        return
    _put_table(reading, _own_labels(reading, table), "a table")


def _own_labels(reading: _Reading, table: Any) -> Labels:
    """Return the labels of a truth table as they are, with what it says of itself."""
    problems = [(str(name), str(problem)) for name, problem in table.attrs.get("problems", ())]
    reading.problems += problems  # and a note of them is made at the end
    said = from_plain(table.attrs.get("notes"))
    labels = Labels(notes=[note for note in said if not problems or note.kind != "files_unread"])
    labels.lines = read_each(table.attrs.get(ATTRIBUTE))
    whole = TRUTH.frame(table.to_dict("list"))
    whole["state"] = whole["state"].where(whole["state"] == "unclear", "")
    cells = whole.astype(object).where(whole.notna(), None)
    labels.take(LabelColumns.of_columns(**{name: cells[name].tolist() for name in cells}))
    labels.unsure.update(dict.fromkeys(place_of(name) for name in table.attrs.get("unsure", ())))
    reading.rule = reading.rule or str(table.attrs.get("rule", ""))
    return labels


def edited_truth(table: "pd.DataFrame", facts: Mapping[str, Any], edits: Edits) -> "Truth":
    """Fold edits over a truth that was read before, and was kept with what it said of itself.

    Parameters
    ----------
    table
        A table by :data:`gini_notebook.schema.TRUTH`.
    facts
        Its ``attrs``.
    edits
        A journal, the path of one, or edits in their order.

    Raises
    ------
    TruthError
        If the file is no journal, or what is given are no edits.
    """
    base = table.copy()
    base.attrs = dict(facts)
    reading = _Reading("this evaluation", Wishes(), name=str(facts.get("name", "")))
    reading.labels = _own_labels(reading, base)
    labels = _labels_of_edits(edits)
    name_documents(labels, list(reading.labels.documents))
    fold(reading.labels, labels)
    return _finished(reading, None, None)


def _labels_of_edits(edits: Edits) -> Labels:
    if isinstance(edits, (str, os.PathLike)):
        path = Path(edits).expanduser()
        if not path.is_file():
            message = f"There is no file {os.fspath(path)!r} to read edits from."
            raise TruthError(message)
        labels = _table(path, Wishes())
        if labels.edited is None:
            message = f"{path.name} is no journal of edits, which is JSON lines with at, document, field and state."
            raise TruthError(message)
        return labels
    given = edits.edits if isinstance(edits, Journal) else tuple(edits)
    if not all(isinstance(one, Edit) for one in given):
        raise TruthError("edits is a Journal, the path of one, or a list of Edit.")
    return labels_of_edits(given)


def _read_path(reading: _Reading, path: Path) -> None:
    if path.is_dir():
        files = files_below(path)
        documents = [file for file in files if file.suffix.lower() not in TABLE_SUFFIXES]
        reading.tables += [document_name(file, path) for file in files if file.suffix.lower() in TABLE_SUFFIXES]
        _read_files(reading, documents, path)
    elif not path.exists():
        message = f"There is no file or folder {os.fspath(path)!r} to read ground truth from."
        raise TruthError(message)
    elif path.suffix.lower() in (*TABLE_SUFFIXES, ".json"):
        _put_table(reading, _table(path, reading.wishes), path.name)
    elif path.suffix.lower() in DOCUMENT_SUFFIXES:
        _read_document(reading, path)
    else:
        known = ", ".join((*TABLE_SUFFIXES, *DOCUMENT_SUFFIXES))
        message = f"{path.name} ends in {path.suffix!r}; ground truth is read from {known}, and from folders."
        raise TruthError(message)


def _put_table(reading: _Reading, labels: Labels, name: str) -> None:
    """Put a table over what is there, whose names it may write in another way."""
    if reading.labels.documents:
        name_documents(labels, list(reading.labels.documents))
    if labels.edited is not None:
        fold(reading.labels, labels)
    else:
        put_over(reading.labels, labels, name)


def _table(path: Path, wishes: Wishes) -> Labels:
    """Return the labels of a table or of JSON; its readers run in the guarded process."""
    try:
        packing = str(path.absolute()), json.dumps(asdict(wishes))
        return unpacked(_guarded.call(packed_table, *packing, limits=limits_for(path)))
    except ReaderStopped as error:
        message = f"{path.name} cannot be read: {error}. What is larger can be given as a DataFrame."
        raise TruthError(message) from error


def packed_table(name: str, wishes: str) -> _guarded.Value:
    """Read a table or JSON, in the guarded process."""
    path = Path(name)
    check_regular(path, path.name)
    return packed(_table_labels(path, Wishes(**json.loads(wishes))))


def _table_labels(path: Path, wishes: Wishes) -> Labels:
    suffix, where = path.suffix.lower(), path.name
    if suffix in SPREADSHEET_SUFFIXES:
        return sheet_labels(path, where, wishes)
    if suffix == ".parquet":
        return parquet_labels(path, where, wishes)
    text, notes = decoded_table(read_bytes(path, where, MAX_TEXT_BYTES), where, wishes.encoding)
    if suffix == ".json":
        labels = json_labels(text, path, wishes, grid_labels)
    elif suffix in (".jsonl", ".ndjson"):
        labels = journal_labels(text, where) if is_journal(text) else jsonl_labels(text, where, wishes, grid_labels)
    else:
        labels = csv_labels(text, where, wishes)
    labels.notes[:0] = notes
    return labels


def _read_document(reading: _Reading, path: Path) -> None:
    labels = read_document(path, document_name(path, path.parent), qr_codes=reading.qr_codes)
    if labels is None:
        kinds = ["an e-invoice (CII, UBL, ebInterface)"] if path.suffix.lower() not in IMAGE_SUFFIXES else []
        kinds += ["a payment QR code"] if reading.qr_codes else []
        looked_for = f"looked for {' and '.join(kinds)}" if kinds else "it is a picture"
        hint = "pass qr_codes=True (in a shell --qr-codes) to read its payment QR code, too"
        message = f"{path.name} holds no ground truth: {looked_for}{'' if reading.qr_codes else f'; {hint}'}."
        raise TruthError(message)
    put_over(reading.labels, labels, path.name)


def _read_files(reading: _Reading, files: Sequence[Path], folder: Path) -> None:
    """Read files that hold one document each: a later layer replaces an earlier one, see :mod:`.layers`."""
    names = [document_name(file, folder) for file in files]
    beside = {file: document_name(document, folder) for file, document in sidecars(files).items()}
    inside, aside, corrected, nothing = Labels(), Labels(), Labels(), set()
    reader = read_documents(files, names, qr_codes=reading.qr_codes, executor=reading.executor)
    for file, found in zip(files, reader, strict=True):
        if found.problem is not None:
            reading.problems.append((found.document, found.problem))
        elif found.labels is None:
            nothing.add(found.document)
        elif file in beside:
            aside.extend(renamed(found.labels, beside[file]))
        else:
            (corrected if file.suffix.lower() == ".json" else inside).extend(found.labels)
    if aside.documents:
        aside.notes.append(Note("truth_sidecars", len(aside.documents), examples=_first(aside.documents)))
    put_over(inside, aside, "e-invoices beside documents")
    put_over(inside, corrected, "corrected extractions")
    reading.without += len(nothing - inside.documents.keys())
    put_over(reading.labels, inside, folder.name)


def _read_list(reading: _Reading, sources: Sequence[Any]) -> None:
    """Read sources one over the other, in their order; documents that follow each other are one layer."""
    paths = [one if hasattr(one, "columns") else Path(one).expanduser() for one in sources]
    files = [path.absolute().parent for path in paths if _is_document(path)]
    folder = Path(os.path.commonpath(files)) if files else Path()
    for of_documents, group in groupby(paths, _is_document):
        if of_documents:
            _read_files(reading, [path.absolute() for path in group], folder)
            continue
        for path in group:
            if hasattr(path, "columns"):
                _read_frame(reading, path)
            else:
                _read_path(reading, path)


def _is_document(path: Any) -> bool:
    return isinstance(path, Path) and path.suffix.lower() in (".pdf", ".xml", *IMAGE_SUFFIXES) and path.is_file()


def _first(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice(names, EXAMPLES))


def _rule(declared: Sequence[tuple[str, str]]) -> str:
    rule = "A missing key or an empty cell is unlabelled; null and a row without a value are empty"
    if not declared:
        return f"{rule}."
    names = ", ".join(f"{group}.{name}" if group else name for group, name in declared)
    return f"{rule}, and so are the declared fields where they lack: {names}."


def _summary(reading: _Reading) -> str:
    documents = reading.labels.labels.count("document")
    text = f"{len(reading.labels.labels)} labels of {documents} documents"
    if reading.without:
        text += f"; {reading.without} files without ground truth"
    if reading.problems:
        text += f"; {len(reading.problems)} files that cannot be read (see attrs['problems'])"
    return text + "."


def _nothing_found(reading: _Reading) -> str:
    text = (
        f"There is no ground truth in {reading.source}. Looked for values in tables (document, field, value or a "
        "column per field), e-invoices (CII, UBL, ebInterface; as XML or inside PDFs) and corrected extractions "
        "(<document>.json)"
    )
    without = "; payment QR codes are read with qr_codes=True, in a shell with --qr-codes."
    text += " and payment QR codes." if reading.qr_codes else without
    if reading.without or reading.problems:
        text += f" {reading.without} files hold none, {len(reading.problems)} cannot be read."
    if reading.problems:
        text += f" The first of these: {reading.problems[0][1]}"
    if reading.tables:
        text += f" A table in a folder is read when you pass its path, here perhaps {reading.tables[0]!r}."
    return text
