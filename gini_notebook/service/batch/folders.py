"""Which files of a folder are documents, and which folders are documents of several pages."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from gini_notebook._text import as_text, some
from gini_notebook.errors import FileProblem

# Endings of the formats the service reads ("Submit files", page 36733064 of its documentation). They only choose
# among the files of a folder; what a file is, its content says.
ENDINGS = (".pdf", ".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".txt")
# Pictures that people keep as pages although the service does not read them. Leaving one out without a word would make
# a document of the other pages.
FOREIGN_PICTURES = (".avif", ".bmp", ".heic", ".heif", ".jp2", ".webp")
# What the pages of a document can be.
PAGE_ENDINGS = (*(ending for ending in ENDINGS if ending != ".txt"), *FOREIGN_PICTURES)

PathLike = str | os.PathLike[str]


def folders_as_documents(folder: PathLike) -> dict[str, str | tuple[str, ...]]:
    """Take each folder below a folder that directly holds pages and no other documents for one document.

    Pages are pictures and PDF files, in the natural order of their names (``page2`` before ``page10``). Pictures that
    the service does not read, such as HEIC, are pages, too: the document then fails with the reason, since without
    that page it would be another document. Files in ``folder`` itself, and in folders that also hold texts, are
    documents of their own.

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
        When it is no folder, or there is no document in it.

    Examples
    --------
    >>> documents = folders_as_documents("scans/")  # doctest: +SKIP
    >>> batch = process(client, documents, to="runs/scans")  # doctest: +SKIP
    """
    if not isinstance(folder, str | os.PathLike):
        message = f"folders_as_documents takes one folder, below which documents are named, not {folder!r}."
        raise FileProblem(message)
    top = Path(folder).expanduser().absolute()
    if not top.is_dir():
        what = "is a file, not a folder" if top.exists() else "is no folder"
        message = f"{os.fspath(folder)!r} {what}. Give the folder whose subfolders hold the pages."
        raise FileProblem(message)
    paths, skipped = below(top, None, (*ENDINGS, *FOREIGN_PICTURES))
    if not paths:
        raise FileProblem(nothing_found(folder, skipped))
    found: dict[str, str | tuple[str, ...]] = {}
    by_parent: dict[Path, list[str]] = {}
    for path in paths:
        by_parent.setdefault(Path(path).parent, []).append(path)
    for parent, files in by_parent.items():
        if parent != top and (pages := _as_pages(files)):
            found[name_below(str(parent), top)] = pages
        else:
            found.update((name_below(file, top), file) for file in files)
    return found


def pages_in(folder: PathLike) -> tuple[str, ...]:
    """Return the pages of a folder that :func:`folders_as_documents` takes for one document; else nothing."""
    _, _, files = next(os.walk(folder), ("", [], []))
    return _as_pages(sorted_out(Path(folder), files, (*ENDINGS, *FOREIGN_PICTURES))[0])


def natural(path: str) -> list[tuple[int, int, str]]:
    """Return what to sort names by so that ``page2`` comes before ``page10``."""
    parts = re.split(r"([0-9]+)", Path(path).name.lower())
    return [(1, int(part), part) if number % 2 else (0, 0, part) for number, part in enumerate(parts)]


def _as_pages(files: Sequence[str]) -> tuple[str, ...]:
    """Return the files of a folder in the order of pages; nothing when one of them can be no page."""
    if all(Path(file).suffix.lower() in PAGE_ENDINGS for file in files):
        return tuple(sorted(files, key=natural))
    return ()


def below(folder: Path, left_out: Path | None, endings: Sequence[str] = ENDINGS) -> tuple[list[str], list[str]]:
    """Return the files below a folder that have one of the endings, and the others; hidden ones are neither."""
    paths: list[str] = []
    skipped: list[str] = []
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        folders[:] = sorted(name for name in folders if name[0] != "." and here / name != left_out)
        found, passed_over = sorted_out(here, files, endings)
        paths += found
        skipped += passed_over
    return paths, skipped


def sorted_out(folder: Path, names: Iterable[str], endings: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the files of a folder that have one of the endings, and the others; hidden ones are neither."""
    paths: list[str] = []
    skipped: list[str] = []
    for name in sorted(names):
        if not name.startswith("."):
            (paths if Path(name).suffix.lower() in endings else skipped).append(str(folder / name))
    return paths, skipped


def name_below(path: str, base: Path) -> str:
    """Return what a file is called below a folder."""
    return as_text(Path(os.path.relpath(path, base)).as_posix())


def nothing_found(documents: object, skipped: Sequence[str]) -> str:
    """Return the message for a call without documents."""
    where = repr(os.fspath(documents)) if isinstance(documents, str | os.PathLike) else "the list"
    message = f"No documents in {where}. The service reads files ending in {', '.join(ENDINGS)}."
    if skipped:
        names = some([Path(path).name for path in skipped])
        message += f" Left out: {len(skipped)} other file(s), for example {names}."
    return message
