"""Which files are the documents of a run, which folders are documents of several pages, and what each is called."""

import glob
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gini_notebook._text import as_text, described, some
from gini_notebook.errors import FileProblem
from gini_notebook.service.batch.folders import ENDINGS, FOREIGN_PICTURES, FolderSearch, LeftOut, by_reason, matches

# What makes a folder one of documents, not of the pages of one.
NO_PAGES = (".txt", ".xml")

PathLike = str | os.PathLike[str]


class FolderDocuments(dict[str, "str | tuple[str, ...]"]):
    """Documents of a folder by name, and ``left_out``: what else is in it, with the reasons."""

    def __init__(self, documents: Mapping[str, "str | tuple[str, ...]"], left_out: "tuple[LeftOut, ...]") -> None:
        super().__init__(documents)
        self.left_out = left_out


def folders_as_documents(folder: PathLike, *, e_invoices: bool = False) -> FolderDocuments:
    """Take each folder below a folder that directly holds pages and no other documents for one document.

    Pages are pictures and PDF files, in the natural order of their names (``page2`` before ``page10``). Pictures that
    the service does not read, such as HEIC, are pages, too: the document then fails with the reason, since without
    that page it would be another document. Files in ``folder`` itself, and in folders that also hold texts, are
    documents of their own.

    Parameters
    ----------
    folder
        The folder to search with its subfolders.
    e_invoices
        Take e-invoices in XML, too, as documents of their own.

    Returns
    -------
    dict
        Name below ``folder`` -> file, or its pages; to be given to :func:`gini_notebook.process` as documents.

    Raises
    ------
    FileProblem
        When it is no folder, or there is no document in it.

    Examples
    --------
    >>> documents = folders_as_documents("scans/")
    >>> batch = gini.process(client, documents, to="runs/scans")
    """
    if not isinstance(folder, str | os.PathLike):
        message = f"folders_as_documents takes one folder, below which documents are named, not {described(folder)}."
        raise FileProblem(message)
    top = Path(folder).expanduser().absolute()
    if not top.is_dir():
        what = "is a file, not a folder" if top.exists() else "is no folder"
        message = f"{os.fspath(folder)!r} {what}. Give the folder whose subfolders hold the pages."
        raise FileProblem(message)
    search = FolderSearch(endings=(*ENDINGS, *FOREIGN_PICTURES), e_invoices=e_invoices)
    search.search(top)
    if not search.paths:
        raise FileProblem(nothing_found(folder, search.left_out))
    by_parent: dict[Path, list[str]] = {}
    for path in search.paths:
        by_parent.setdefault(Path(path).parent, []).append(path)
    found: dict[str, str | tuple[str, ...]] = {}
    for parent, files in by_parent.items():
        if parent != top and (pages := _as_pages(files)):
            found[name_below(str(parent), top)] = pages
        else:
            found.update((name_below(file, top), file) for file in files)
    return FolderDocuments(found, _named_below(search.left_out, top))


def pages_in(folder: PathLike) -> tuple[str, ...]:
    """Return the pages of a folder that :func:`folders_as_documents` takes for one document; else nothing."""
    search = FolderSearch(endings=(*ENDINGS, *FOREIGN_PICTURES))
    search.look_into(os.fspath(folder))
    return _as_pages(search.paths)


def natural(path: str) -> list[tuple[int, int, str]]:
    """Return what to sort names by so that ``page2`` comes before ``page10``."""
    parts = re.split(r"([0-9]+)", Path(path).name.lower())
    return [(1, int(part), part) if number % 2 else (0, 0, part) for number, part in enumerate(parts)]


def _as_pages(files: Sequence[str]) -> tuple[str, ...]:
    """Return the files of a folder in the order of pages; nothing when one of them can be no page."""
    if not any(Path(file).suffix.lower() in NO_PAGES for file in files):
        return tuple(sorted(files, key=natural))
    return ()


def name_below(path: str, base: Path) -> str:
    """Return what a file is called below a folder."""
    return as_text(Path(os.path.relpath(path, base)).as_posix())


def _named_below(left_out: Iterable[LeftOut], base: Path) -> tuple[LeftOut, ...]:
    return tuple(sorted({LeftOut(name_below(path, base), reason) for path, reason in left_out}))


def nothing_found(documents: object, left_out: Sequence[LeftOut]) -> str:
    """Return the message for a call without documents."""
    where = repr(os.fspath(documents)) if isinstance(documents, str | os.PathLike) else "the list"
    message = f"No documents in {where}. The service reads files ending in {', '.join(ENDINGS)}."
    if left_out:
        names = some([as_text(Path(path).name) for path, _ in left_out])
        message += f" Left out: {by_reason(left_out)}; for example {names}."
    return message


Pages = PathLike | Sequence[PathLike]
Documents = PathLike | Iterable[Pages] | Mapping[str, Pages]


@dataclass(frozen=True, slots=True)
class Source:
    """One document of a run: its name in every table, and the file; ``pages`` are the files when it has several."""

    document: str
    path: str
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """The documents of a run, in order, and what was left out, named as the documents are."""

    sources: tuple[Source, ...]
    left_out: tuple[LeftOut, ...] = ()


def find(documents: Documents, *, outside: PathLike | None = None, e_invoices: bool = False) -> Inputs:
    """Find the documents of a run.

    Parameters
    ----------
    documents
        A folder (searched with its subfolders and linked folders; whatever is no document is named in ``left_out``
        with the reason), a file, a glob such as ``"invoices/**/*.pdf"``, or an iterable of these.
        Files that are listed one by one, or matched by a glob, are taken whatever their ending is. An element of
        the iterable that is itself a list of files is one document of several pages, in this order. A mapping gives
        each document (a file, or a list of pages) the name that it shall have.
    outside
        A folder to leave out, such as the run folder when it lies among the documents.
    e_invoices
        Take e-invoices in XML from folders, too. One that is named by itself is taken in any case.

    Returns
    -------
    Inputs
        Names are paths below the folder, below the fixed part of the glob, or below the common folder of the list,
        always with ``/``. A document of several pages is called by its first page and the number of further ones:
        ``scan1.jpg (+2)``. A listed file that does not exist is part of it: it becomes a failed row.

    Raises
    ------
    FileProblem
        When there is no such folder, nothing matches, no document is left, a list of pages is empty, nested or names
        a folder or a glob, or two documents would have the same name.
    """
    _refuse_tables(documents)
    if isinstance(documents, Mapping):
        return Inputs(_named(documents), getattr(documents, "left_out", ()))
    search = FolderSearch(None if outside is None else Path(outside).absolute(), e_invoices=e_invoices)
    if isinstance(documents, str | os.PathLike):
        base = _one(os.fspath(documents), search)
    elif isinstance(documents, bytes) or not _is_iterable(documents):
        given = described(documents)
        message = f"Documents are a folder, a file, a glob, a list of these or a mapping of names, not {given}."
        raise FileProblem(message)
    else:
        items = _checked(documents)
        groups = [
            _pages(item, f"Document {number} of the list")
            for number, item in enumerate(items, 1)
            if isinstance(item, list | tuple)
        ]
        base = _many([os.fspath(item) for item in items if isinstance(item, str | os.PathLike)], search)
        if groups:
            return _grouped(groups, search)
    if not search.paths:
        raise FileProblem(nothing_found(documents, search.left_out))
    names = sorted((name_below(path, base), path) for path in dict.fromkeys(search.paths))
    return Inputs(tuple(Source(name, path) for name, path in names), _left_out_below(base, search))


def _left_out_below(base: Path, search: FolderSearch) -> tuple[LeftOut, ...]:
    """Return what was left out, but for what was named by itself as well."""
    taken = set(search.paths)
    return _named_below((one for one in search.left_out if one.path not in taken), base)


def _checked(documents: Iterable[Pages]) -> list[Pages]:
    items = list(documents)
    _refuse_tables(*items)
    if wrong := [item for item in items if not isinstance(item, str | os.PathLike | list | tuple)]:
        message = f"A document must be a path, or a list of the paths of its pages, not {described(wrong[0])}."
        raise FileProblem(message)
    return items


def _refuse_tables(*given: object) -> None:
    """Refuse what would be iterated by the names of its columns or by its rows, whichever library it is from."""
    for item in given:
        if not isinstance(item, str | os.PathLike) and (hasattr(item, "columns") or getattr(item, "ndim", 1) > 1):
            message = f"Documents cannot be a table, and {described(item)} is one. Give the column with the paths, for "
            message += 'example frame["path"].'
            raise FileProblem(message)


def _is_iterable(documents: object) -> bool:
    """Return whether its elements can be documents: those of a text file are its lines, an array may have none."""
    return isinstance(documents, Iterable) and not hasattr(documents, "read") and getattr(documents, "ndim", 1) == 1


def _pages(item: Sequence[PathLike], what: str) -> tuple[str, ...]:
    if not item:
        message = f"{what} has no pages. Leave it out, or name its files."
        raise FileProblem(message)
    return tuple(_page(page, what) for page in item)


def _page(page: PathLike, what: str) -> str:
    if not isinstance(page, str | os.PathLike):
        message = f"{what}: a page must be the path of a file, not {described(page)}."
        raise FileProblem(message)
    path = Path(page).expanduser().absolute()
    if path.is_dir():
        message = f"{what}: a page must be a file, and {os.fspath(page)!r} is a folder. Folders of pages are taken for "
        message += "documents by folders_as_documents(…)."
        raise FileProblem(message)
    # Brackets are common in names of files.
    if not {"*", "?"}.isdisjoint(os.fspath(page)) and not path.exists():
        message = f"{what}: a page must be a file, and there is none called {os.fspath(page)!r}. Name the files of a "
        message += "pattern in the order of the pages."
        raise FileProblem(message)
    return str(path)


def _source(name: str, pages: tuple[str, ...]) -> Source:
    # A single page is simply a document.
    return Source(name, pages[0], pages if len(pages) > 1 else ())


def _named(documents: Mapping[str, Pages]) -> tuple[Source, ...]:
    sources = []
    for name, item in documents.items():
        if not isinstance(name, str) or not name:
            message = f"The name of a document must be a text that is not empty, not {described(name)}."
            raise FileProblem(message)
        _refuse_tables(item)
        sources.append(_source(name, _pages(item if isinstance(item, list | tuple) else (item,), f"Document {name!r}")))
    if not sources:
        raise FileProblem("No documents in the mapping.")
    return tuple(sorted(sources, key=lambda source: source.document))


def _grouped(groups: list[tuple[str, ...]], search: FolderSearch) -> Inputs:
    """Name documents of several pages, and those of one among them."""
    documents = [*groups, *((path,) for path in dict.fromkeys(search.paths))]
    base = Path(os.path.commonpath([Path(path).parent for document in documents for path in document]))
    sources = []
    for document in documents:
        more = f" (+{len(document) - 1})" if len(document) > 1 else ""
        sources.append(_source(name_below(document[0], base) + more, document))
    twice = [name for name, count in Counter(source.document for source in sources).items() if count > 1]
    if twice:
        message = (
            f"Two documents would both be called {twice[0]!r}. Give a mapping of names to files instead of a list."
        )
        raise FileProblem(message)
    sources.sort(key=lambda source: source.document)
    return Inputs(tuple(sources), _left_out_below(base, search))


def _one(text: str, search: FolderSearch) -> Path:
    """Search a folder, a file or a pattern, and return the folder that names begin below."""
    path = Path(text).expanduser().absolute()
    if path.is_dir():
        search.search(path)
        return path
    if path.exists() or not glob.has_magic(text):
        if not path.exists():
            message = f"There is no file or folder {text!r}. Give a folder, a file, a glob or a list of files."
            raise FileProblem(message)
        search.paths.append(str(path))
        return path.parent
    search.take_matches(matches(str(path)))
    return Path(*_before_magic(path.parts))


def _before_magic(parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        if glob.has_magic(part):
            return
        yield part


def _many(items: list[str], search: FolderSearch) -> Path:
    for item in items:
        path = Path(item).expanduser().absolute()
        if path.is_dir() or (glob.has_magic(item) and not path.exists()):
            _one(item, search)
        else:
            search.paths.append(str(path))
    return Path(os.path.commonpath([Path(path).parent for path in search.paths])) if search.paths else Path()
