"""Which documents a run takes, and what each is called."""

import glob
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gini_notebook.errors import FileProblem

# Endings of the formats the service reads ("Submit files", page 36733064 of its documentation). They only choose
# among the files of a folder; what a file is, its content says.
ENDINGS = (".pdf", ".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".txt")
# Of these, the pages of a document can be.
PAGE_ENDINGS = tuple(ending for ending in ENDINGS if ending != ".txt")

PathLike = str | os.PathLike[str]
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
    """The documents of a run, in order, and the files of the folder that were left out."""

    sources: tuple[Source, ...]
    skipped: tuple[str, ...] = ()


def find(documents: Documents, *, outside: str | os.PathLike[str] | None = None) -> Inputs:
    """Find the documents of a run.

    Parameters
    ----------
    documents
        A folder (searched with its subfolders; hidden files, and files whose ending the service does not read, are
        left out and named in ``skipped``), a file, a glob such as ``"invoices/**/*.pdf"``, or an iterable of these.
        Files that are listed one by one, or matched by a glob, are taken whatever their ending is. An element of
        the iterable that is itself a list of files is one document of several pages, in this order. A mapping gives
        each document (a file, or a list of pages) the name that it shall have.
    outside
        A folder to leave out, such as the run folder when it lies among the documents.

    Returns
    -------
    Inputs
        Names are paths below the folder, below the fixed part of the glob, or below the common folder of the list,
        always with ``/``. A document of several pages is called by the folder that holds its pages and nothing else,
        or by its first page and the number of further ones: ``scan1.jpg (+2)``. A listed file that does not exist is
        part of it: it becomes a failed row.

    Raises
    ------
    FileProblem
        When there is no such folder, nothing matches, no document is left, a list of pages is empty or nested, or
        two documents would have the same name.
    """
    left_out = None if outside is None else Path(outside).absolute()
    if isinstance(documents, str | os.PathLike):
        base, paths, skipped = _one(os.fspath(documents), left_out)
    elif isinstance(documents, Mapping):
        return Inputs(_named(documents))
    else:
        items = list(documents)
        if wrong := [item for item in items if not isinstance(item, str | os.PathLike | list | tuple)]:
            message = f"A document must be a path, or a list of the paths of its pages, not {wrong[0]!r}."
            raise FileProblem(message)
        groups = [_pages(item) for item in items if isinstance(item, list | tuple)]
        base, paths, skipped = _many(
            [os.fspath(item) for item in items if isinstance(item, str | os.PathLike)], left_out
        )
        if groups:
            return _grouped(groups, paths, skipped)
    if not paths:
        raise FileProblem(_nothing(documents, skipped))
    names = sorted((_name(path, base), path) for path in dict.fromkeys(paths))
    return Inputs(tuple(Source(name, path) for name, path in names), tuple(_name(path, base) for path in skipped))


def folders_as_documents(folder: PathLike) -> dict[str, str | tuple[str, ...]]:
    """Take each folder below a folder that directly holds pages and no other documents for one document.

    Pages are pictures and PDF files, in the natural order of their names (``page2`` before ``page10``). Files in
    ``folder`` itself, and in folders that also hold texts, are documents of their own.

    Parameters
    ----------
    folder
        The folder to search with its subfolders.

    Returns
    -------
    dict
        Name below ``folder`` -> file, or its pages; to be given to :func:`gini_notebook.process` as documents.

    Raises
    ------
    FileProblem
        When there is no such folder, or no document in it.

    Examples
    --------
    >>> documents = folders_as_documents("scans/")  # doctest: +SKIP
    >>> batch = process(client, documents, to="runs/scans")  # doctest: +SKIP
    """
    top = Path(folder).expanduser().absolute()
    if not top.is_dir():
        message = f"There is no folder {os.fspath(folder)!r}."
        raise FileProblem(message)
    paths, skipped = _below(top, None)
    if not paths:
        raise FileProblem(_nothing(folder, skipped))
    found: dict[str, str | tuple[str, ...]] = {}
    by_parent: dict[Path, list[str]] = {}
    for path in paths:
        by_parent.setdefault(Path(path).parent, []).append(path)
    for parent, files in by_parent.items():
        if parent != top and (pages := _as_pages(files)):
            found[_name(str(parent), top)] = pages
        else:
            found.update((_name(file, top), file) for file in files)
    return found


def pages_in(folder: PathLike) -> tuple[str, ...]:
    """Return the pages of a folder that :func:`folders_as_documents` takes for one document; else nothing."""
    _, _, files = next(os.walk(folder), ("", [], []))
    return _as_pages(_sorted_out(Path(folder), files)[0])


def natural(path: str) -> list[tuple[int, int, str]]:
    """Return what to sort names by so that ``page2`` comes before ``page10``."""
    parts = re.split(r"([0-9]+)", Path(path).name.lower())
    return [(1, int(part), part) if number % 2 else (0, 0, part) for number, part in enumerate(parts)]


def _as_pages(files: Sequence[str]) -> tuple[str, ...]:
    """Return the files of a folder in the order of pages; nothing when one of them can be no page."""
    if all(Path(file).suffix.lower() in PAGE_ENDINGS for file in files):
        return tuple(sorted(files, key=natural))
    return ()


def _pages(item: Sequence[PathLike]) -> tuple[str, ...]:
    if not item:
        raise FileProblem("A document of the list has no pages. Leave it out, or name its files.")
    for page in item:
        if not isinstance(page, str | os.PathLike):
            message = f"A page of a document must be the path of a file, not {page!r}."
            raise FileProblem(message)
    return tuple(str(Path(page).expanduser().absolute()) for page in item)


def _source(name: str, pages: tuple[str, ...]) -> Source:
    # A single page is simply a document.
    return Source(name, pages[0], pages if len(pages) > 1 else ())


def _named(documents: Mapping[str, Pages]) -> tuple[Source, ...]:
    sources = []
    for name, item in documents.items():
        if not isinstance(name, str) or not name:
            message = f"The name of a document must be a text that is not empty, not {name!r}."
            raise FileProblem(message)
        sources.append(_source(name, _pages(item if isinstance(item, list | tuple) else (item,))))
    if not sources:
        raise FileProblem("No documents in the mapping.")
    return tuple(sorted(sources, key=lambda source: source.document))


def _grouped(groups: list[tuple[str, ...]], paths: list[str], skipped: list[str]) -> Inputs:
    """Name documents of several pages, and those of one among them."""
    documents = [*groups, *((path,) for path in dict.fromkeys(paths))]
    crowd = Counter(parent for document in documents for parent in {Path(path).parent for path in document})
    folders = [Path(os.path.commonpath([Path(path).parent for path in document])) for document in documents]
    # A folder that is all of a document names it, so the names begin above it.
    whole = [
        len(document) > 1 and all(Path(path).parent == folder and crowd[folder] == 1 for path in document)
        for document, folder in zip(documents, folders, strict=True)
    ]
    base = Path(
        os.path.commonpath(
            [folder.parent if is_whole else folder for folder, is_whole in zip(folders, whole, strict=True)]
        )
    )
    sources = []
    for document, folder, is_whole in zip(documents, folders, whole, strict=True):
        more = f" (+{len(document) - 1})" if len(document) > 1 else ""
        sources.append(_source(_name(str(folder), base) if is_whole else _name(document[0], base) + more, document))
    twice = [name for name, count in Counter(source.document for source in sources).items() if count > 1]
    if twice:
        message = (
            f"Two documents would both be called {twice[0]!r}. Give a mapping of names to files instead of a list."
        )
        raise FileProblem(message)
    sources.sort(key=lambda source: source.document)
    return Inputs(tuple(sources), tuple(_name(path, base) for path in skipped))


def _one(text: str, left_out: Path | None) -> tuple[Path, list[str], list[str]]:
    path = Path(text).expanduser().absolute()
    if path.is_dir():
        paths, skipped = _below(path, left_out)
        return path, paths, skipped
    if path.exists() or not glob.has_magic(text):
        if not path.exists():
            message = f"There is no file or folder {text!r}. Give a folder, a file, a glob or a list of files."
            raise FileProblem(message)
        return path.parent, [str(path)], []
    matches = sorted(match for match in glob.iglob(str(path), recursive=True) if Path(match).is_file())  # noqa: PTH207 - of any base
    fixed = [*_before_magic(path.parts)]
    return Path(*fixed), [match for match in matches if not _inside(Path(match), left_out)], []


def _before_magic(parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        if glob.has_magic(part):
            return
        yield part


def _many(items: list[str], left_out: Path | None) -> tuple[Path, list[str], list[str]]:
    paths: list[str] = []
    skipped: list[str] = []
    for item in items:
        path = Path(item).expanduser().absolute()
        if path.is_dir() or (glob.has_magic(item) and not path.exists()):
            _, found, passed_over = _one(item, left_out)
            paths += found
            skipped += passed_over
        else:
            paths.append(str(path))
    if not paths:
        return Path(), [], skipped
    return Path(os.path.commonpath([Path(path).parent for path in paths])), paths, skipped


def _below(folder: Path, left_out: Path | None) -> tuple[list[str], list[str]]:
    paths: list[str] = []
    skipped: list[str] = []
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        folders[:] = sorted(name for name in folders if name[0] != "." and here / name != left_out)
        found, passed_over = _sorted_out(here, files)
        paths += found
        skipped += passed_over
    return paths, skipped


def _sorted_out(folder: Path, names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the files of a folder that the service reads, and the others; hidden ones are neither."""
    paths: list[str] = []
    skipped: list[str] = []
    for name in sorted(names):
        if not name.startswith("."):
            (paths if Path(name).suffix.lower() in ENDINGS else skipped).append(str(folder / name))
    return paths, skipped


def _inside(path: Path, folder: Path | None) -> bool:
    return folder is not None and folder in path.parents


def _name(path: str, base: Path) -> str:
    relative = Path(os.path.relpath(path, base)).as_posix()
    # Names of files need not be valid UTF-8; names of documents are text.
    return os.fsencode(relative).decode("utf-8", "backslashreplace")


def _nothing(documents: Documents, skipped: list[str]) -> str:
    where = repr(os.fspath(documents)) if isinstance(documents, str | os.PathLike) else "the list"
    message = f"No documents in {where}. The service reads files ending in {', '.join(ENDINGS)}."
    if skipped:
        shown = ", ".join(Path(path).name for path in skipped[:3])
        message += f" Left out: {len(skipped)} other file(s), for example {shown}."
    return message
