"""Which documents a run takes, and what each is called."""

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gini_notebook.errors import FileProblem

# Endings of the formats the service reads ("Submit files", page 36733064 of its documentation). They only choose
# among the files of a folder; what a file is, its content says.
ENDINGS = (".pdf", ".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".txt")

Documents = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


@dataclass(frozen=True, slots=True)
class Source:
    """One document of a run: its name in every table, and the file."""

    document: str
    path: str


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
        Files that are listed one by one, or matched by a glob, are taken whatever their ending is.
    outside
        A folder to leave out, such as the run folder when it lies among the documents.

    Returns
    -------
    Inputs
        Names are paths below the folder, below the fixed part of the glob, or below the common folder of the list,
        always with ``/``. A listed file that does not exist is part of it: it becomes a failed row.

    Raises
    ------
    FileProblem
        When there is no such folder, nothing matches, or no document is left.
    """
    left_out = None if outside is None else Path(outside).absolute()
    if isinstance(documents, str | os.PathLike):
        base, paths, skipped = _one(os.fspath(documents), left_out)
    else:
        base, paths, skipped = _many([os.fspath(item) for item in documents], left_out)
    if not paths:
        raise FileProblem(_nothing(documents, skipped))
    names = sorted((_name(path, base), path) for path in dict.fromkeys(paths))
    return Inputs(tuple(Source(name, path) for name, path in names), tuple(_name(path, base) for path in skipped))


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
        for name in sorted(files):
            if name.startswith("."):
                continue
            (paths if Path(name).suffix.lower() in ENDINGS else skipped).append(str(here / name))
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
