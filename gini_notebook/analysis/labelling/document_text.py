"""The words of a document, and whether a value stands among them.

A hit is a place with that value, and no proof that it is the meant one; that a value stands nowhere is a finding of
its own. Numbers are looked for as numbers and dates as dates, in every notation; all else by its letters and digits.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from rapidfuzz.distance import OSA

from gini_notebook import _guarded, notations
from gini_notebook._extras import needed_for
from gini_notebook.analysis.rules import Rule
from gini_notebook.errors import FileProblem, ReaderStopped, TruthError

NUMBERS = ("amount", "numeric", "integer")
WORDS = ("companyname", "name", "text")
# Of the pages behind them nobody asks; the service reads ten.
MOST_PAGES = 20
MOST_CHARACTERS = 2_000_000
MOST_BYTES = 100 * 1024 * 1024
# With fewer characters there is no text layer, but perhaps a stamp of whoever scanned it.
FEWEST_CHARACTERS = 20
# Shorter values differ by one character from too much.
SHORTEST_NEAR = 4

_NUMBER = re.compile(r"[0-9]{1,3}(?:[ '.,][0-9]{3})+(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)?")
_PART = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_ACCOUNT = re.compile(r"(?=([A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}))")
_LETTERS = re.compile(r"[^\W_]+")
_WORDS_OF_A_DATE = 3
_SLASHES = ("/", "-")


class DocumentText:
    """The words of one document.

    Parameters
    ----------
    pages
        The text of each page, in reading order.

    Examples
    --------
    >>> from gini_notebook.analysis.rules import get
    >>> text = DocumentText(["Rechnungsbetrag 1.234,56 EUR, fällig am 11. April 2025"])
    >>> text.holds(get("amount"), "1234.56:EUR"), text.holds(get("date"), "2025-04-11"), text.holds(get("id"), "RE-1")
    (True, True, False)
    """

    def __init__(self, pages: Sequence[str]) -> None:
        self._whole = notations.cleaned(" ".join(pages)[:MOST_CHARACTERS])

    @property
    def is_known(self) -> bool:
        """Whether there are words at all, as a scan has none."""
        return len(self._whole) >= FEWEST_CHARACTERS

    def holds(self, rule: Rule, canonical: str) -> bool:
        """Return whether a value, in the normal form of its rule, stands in the document."""
        if rule.name in NUMBERS:
            value = number_of(canonical)
            return value is not None and abs(value) in self.numbers
        if rule.name == "date":
            return canonical in self.dates
        wanted = compact(canonical)
        if rule.name == "bic":
            wanted = wanted.removesuffix("XXX")
        if len(wanted) < SHORTEST_NEAR:
            return wanted in self._tokens or wanted in self._words
        if wanted in self._compact:
            return True
        # A name or a description may be broken by what stands beside it; an account, a reference or a number may not.
        return rule.name in WORDS and all(word in self._tokens for word in tokens(canonical))

    def with_codes(self, codes: Sequence[str]) -> "DocumentText":
        """Return the words with those that the codes on the pages say."""
        return DocumentText([*codes, self._whole])

    def near(self, rule: Rule, canonical: str) -> Iterator[str]:
        """Yield the values of the document that differ in one character: another, none, one more, or two exchanged."""
        wanted = _in_characters(rule, canonical)
        if len(wanted) < SHORTEST_NEAR:
            return
        for form, value in self._near_values(rule, len(wanted)):
            if abs(len(form) - len(wanted)) <= 1 and OSA.distance(form, wanted, score_cutoff=1) == 1:
                yield value

    def _near_values(self, rule: Rule, length: int) -> Iterator[tuple[str, str]]:
        """Yield what is compared and what is said of each value of a kind."""
        if rule.name in NUMBERS:
            return ((f"{value:.2f}", f"{value:.2f}") for value in self.numbers if abs(value) < Decimal(10) ** 12)
        if rule.name == "date":
            return ((_in_characters(rule, value), value) for value in self.dates)
        if rule.name == "iban":
            lengths = (length, length - 1, length + 1)
            return ((text[:at], text[:at]) for at in lengths for text in self.accounts if len(text) >= at)
        return ((word, word) for word in self._tokens | self._runs)

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        """Every number, in every reading, without its sign."""
        found: set[Decimal] = set()
        for text in {*_NUMBER.findall(self._whole), *_PART.findall(self._whole)}:
            for locale in (None, *notations.LOCALES):
                value = notations.number(text, locale)
                if value is not None:
                    found.add(value)
        return frozenset(found)

    @cached_property
    def dates(self) -> frozenset[str]:
        """Every date, in every reading, as the service writes it."""
        words = self._whole.split()
        found: set[str] = set()
        for at in range(len(words)):
            for more in range(1, _WORDS_OF_A_DATE + 1):
                text = " ".join(words[at : at + more]).strip(".,;:()")
                if any(letter.isdigit() for letter in text):
                    found.update(_dates(text))
        return frozenset(found)

    @cached_property
    def accounts(self) -> frozenset[str]:
        """Everything that looks like an IBAN and what follows it, as long as IBANs can be."""
        return frozenset(_ACCOUNT.findall(self._compact))

    @cached_property
    def _compact(self) -> str:
        return compact(self._whole)

    @cached_property
    def _tokens(self) -> frozenset[str]:
        return frozenset(tokens(self._whole))

    @cached_property
    def _words(self) -> frozenset[str]:
        """Letters and digits of what stands between blanks, as ``M01`` of ``M-01``."""
        return frozenset(map(compact, self._whole.split()))

    @cached_property
    def _runs(self) -> frozenset[str]:
        """Words with digits in one, as ``RE-2025-17``, alone and with the next one."""
        words = [compact(word) for word in self._whole.split()]
        pairs = [one + other for one, other in pairwise(words)]
        return frozenset(word for word in (*words, *pairs) if any(letter.isdigit() for letter in word))


def compact(text: str) -> str:
    """Return the letters and digits of a text, in capitals."""
    return "".join(_LETTERS.findall(notations.cleaned(text))).upper()


def tokens(text: str) -> list[str]:
    """Return the words of a text, in capitals."""
    return [word.upper() for word in _LETTERS.findall(notations.cleaned(text))]


def digits(text: str) -> str:
    """Return the digits of a text."""
    return "".join(filter(str.isdigit, text))


def number_of(canonical: str) -> Decimal | None:
    """Return the number of an amount or number in normal form."""
    return notations.number(canonical.partition(":")[0], None)


def _in_characters(rule: Rule, canonical: str) -> str:
    """Return what is compared character by character."""
    if rule.name in NUMBERS:
        value = number_of(canonical)
        return "" if value is None else f"{abs(value):.2f}"
    if rule.name == "date":
        return canonical[8:10] + canonical[5:7] + canonical[:4]
    return compact(canonical)


def _dates(text: str) -> Iterator[str]:
    orders = notations.ORDERS if any(mark in text for mark in _SLASHES) else (None,)
    for order in orders:
        found: date | None = notations.day(text, order)
        if found is not None:
            yield found.isoformat()


def read_texts(files: Mapping[str, Sequence[Path]]) -> dict[str, DocumentText]:
    """Read the words of documents; what cannot be read, and what has no words, is left out.

    PDFs are read in the guarded process. Pictures have no words here.

    Parameters
    ----------
    files
        By document, its file, or the files of its pages.
    """
    tasks = [(str(path.absolute()),) for paths in files.values() for path in paths]
    answers = iter(_guarded.each(texts_of_file, tasks))
    found = {}
    for document, paths in files.items():
        pages = [_pages(next(answers)) for _ in paths]
        if all(text is not None for text in pages):
            words = DocumentText([page for text in pages for page in text or ()])
            if words.is_known:
                found[document] = words
    return found


def read_codes(files: Mapping[str, Sequence[Path]]) -> dict[str, list[str]]:
    """Read what the payment QR codes of documents say, in the guarded process; documents without one are left out.

    Parameters
    ----------
    files
        By document, its file, or the files of its pages.
    """
    pages = [(document, path) for document, paths in files.items() for path in paths]
    answers = _guarded.each(codes_of_file, [(str(path.absolute()),) for _, path in pages])
    found: dict[str, list[str]] = {}
    for (document, _), answer in zip(pages, answers, strict=True):
        if texts := _pages(answer):
            found.setdefault(document, []).extend(texts)
    return found


def codes_of_file(name: str) -> list[str] | None:
    """Return the values that the first payment QR code of a file states, in the guarded process."""
    with needed_for("Looking at the codes of documents", "truth"):
        from gini_notebook.analysis.truth.qr_codes import qr_labels
    path = Path(name)
    if not path.is_file() or path.stat().st_size > MOST_BYTES:
        return None
    labels = qr_labels(path, path.name)
    return None if labels is None else [label.value or "" for label in labels.labels]


def _pages(answer: _guarded.Answer) -> list[str] | None:
    try:
        value: Any = answer.get()
    except (FileProblem, ReaderStopped, TruthError):
        return None
    return [str(page) for page in value] if isinstance(value, list) else None


def texts_of_file(name: str) -> list[str] | None:
    """Return the text of each page of a PDF, or of a text file, in the guarded process; None of all else."""
    path = Path(name)
    if not path.is_file() or path.stat().st_size > MOST_BYTES:
        return None
    with path.open("rb") as file:
        head = file.read(1024)
    if b"%PDF-" in head:
        return _pdf_texts(path)
    return [path.read_text("utf-8", "replace")[:MOST_CHARACTERS]] if path.suffix.lower() == ".txt" else None


def _pdf_texts(path: Path) -> list[str] | None:
    with needed_for("Looking at the words of documents", "truth"):
        import pypdfium2
    try:
        with pypdfium2.PdfDocument(path) as pdf:
            pages, room = [], MOST_CHARACTERS
            for index in range(min(len(pdf), MOST_PAGES)):
                text = pdf[index].get_textpage().get_text_bounded()[:room]
                room -= len(text)
                pages.append(text)
            return pages
    except pypdfium2.PdfiumError:
        return None
