"""What lies in a folder: the files that are documents, and everything else with the reason why it is none."""

import errno
import glob
import os
import stat
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from gini_notebook._files import open_regular
from gini_notebook.service.wire.documents import HEAD_BYTES, is_e_invoice, signature

# Endings of the formats the service reads ("Submit files", page 36733064 of its documentation). They only choose
# among the files of a folder; what a file is, its content says.
ENDINGS = (".pdf", ".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".txt")
# Pictures that people keep as pages although the service does not read them. Leaving one out without a word would make
# a document of the other pages.
FOREIGN_PICTURES = (".avif", ".bmp", ".heic", ".heif", ".jp2", ".webp")

HIDDEN = "hidden"
LINK_LOOP = "link loop"
LINK_TO_NOTHING = "link to nothing"
SEARCHED = "searched already by another path"
EMPTY_FOLDER = "empty folder"
UNREADABLE = "cannot be read"
MATCHED_FOLDER = "folder matched by a pattern, which takes files"
NOT_REGULAR = "not a regular file"
FOREIGN_PICTURE = "picture of a kind that the service does not read"
E_INVOICE = "e-invoice, sent only on request"
E_INVOICE_BESIDE_PDF = "e-invoice beside a PDF, sent only on request"
UNKNOWN_KIND = "unknown kind"


class LeftOut(NamedTuple):
    """Something among the inputs that is no document, and why; folders stand for all that is in them."""

    path: str
    reason: str


def by_reason(left_out: Iterable[LeftOut]) -> str:
    """Count by reason, most frequent first: ``2 hidden, 1 link loop``."""
    counts = Counter(one.reason for one in left_out)
    return ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def reason_against(path: str) -> str | None:
    """Return why something is no file that can be read, or None; it is not opened, since a pipe would wait."""
    try:
        mode = Path(path).stat().st_mode
    except OSError as error:
        if error.errno == errno.ELOOP:
            return LINK_LOOP
        return LINK_TO_NOTHING if Path(path).is_symlink() and error.errno == errno.ENOENT else UNREADABLE
    return None if stat.S_ISREG(mode) else NOT_REGULAR


def matches(pattern: str) -> Iterator[str]:
    """Yield what a pattern matches; ``**`` enters each folder once, also through links, so that rings of links end."""
    deep = f"{os.sep}**"
    if pattern.endswith(deep):
        pattern += f"{os.sep}*"
    before, found, after = pattern.partition(f"{deep}{os.sep}")
    if not found:
        yield from glob.iglob(pattern)  # noqa: PTH207 - of any base
        return
    for top in glob.iglob(before or os.sep):  # noqa: PTH207
        for folder in _each_folder(top):
            yield from matches(f"{glob.escape(folder)}{os.sep}{after}")


def _each_folder(top: str) -> Iterator[str]:
    """Yield a folder and those below it that are not hidden; what is linked after what is there."""
    seen = set[tuple[int, int]]()
    waiting = deque([top])
    while waiting:
        for folder, below, _ in os.walk(waiting.popleft()):
            identity = _identity(Path(folder))
            below[:] = [] if identity in seen else sorted(name for name in below if not name.startswith("."))
            if identity not in seen:
                seen.add(identity)
                yield folder
                waiting += [str(path) for name in below if (path := Path(folder) / name).is_symlink()]


class FolderSearch:
    """Searches folders with all that is below them. Links to folders are followed, each folder once.

    Folders are searched before links to them, so that a folder has the name of the place where it is.

    Parameters
    ----------
    outside
        A folder that is passed over in silence, such as the run folder.
    endings
        Endings of files that are taken. Without a known ending a file is taken if its content is a PDF, without any
        ending also if it is a picture.
    e_invoices
        Take e-invoices in XML, too. Beside a PDF they are usually its ground truth.

    Attributes
    ----------
    paths : list of str
        The files found.
    left_out : list of LeftOut
        Everything else, with whole paths.
    """

    def __init__(
        self, outside: Path | None = None, *, endings: tuple[str, ...] = ENDINGS, e_invoices: bool = False
    ) -> None:
        self.paths: list[str] = []
        self.left_out: list[LeftOut] = []
        self._outside = outside
        self._outside_identity = None if outside is None or not outside.is_dir() else _identity(outside)
        self._endings = endings
        self._e_invoices = e_invoices
        self._seen: set[tuple[int, int]] = set()
        self._links: deque[str] = deque()

    def search(self, folder: Path) -> None:
        """Search a folder with all that is below it."""
        self._walk(str(folder))
        while self._links:
            link = self._links.popleft()
            if Path(link).parent.resolve().is_relative_to(Path(link).resolve()):
                self.left_out.append(LeftOut(link, LINK_LOOP))
            else:
                self._walk(link)

    def take_matches(self, found: Iterable[str]) -> None:
        """Take the files that a pattern matches, whatever their kind is; name the folders that it passes."""
        folders: list[str] = []
        seen = set[tuple[Path, str]]()
        # The shortest first, which is most often the place itself and not a link to it.
        for match in sorted(set(found), key=lambda match: (match.count(os.sep), match)):
            path = Path(match)
            place = (path.parent.resolve(), path.name)
            if self._outside is not None and (self._outside == path or self._outside in path.parents):
                continue
            if path.is_dir():
                folders.append(match)
            elif reason := reason_against(match):
                self.left_out.append(LeftOut(match, reason))
            elif place in seen:
                self.left_out.append(LeftOut(match, SEARCHED))
            else:
                seen.add(place)
                self.paths.append(match)
        inhabited = {parent for path in self.paths for parent in Path(path).parents}
        self.left_out += [LeftOut(folder, MATCHED_FOLDER) for folder in folders if Path(folder) not in inhabited]

    def _walk(self, top: str) -> None:
        waiting = [top]
        while waiting:
            waiting += reversed(self.look_into(waiting.pop()))

    def look_into(self, folder: str) -> list[str]:
        """Sort out what is directly in a folder, and return the folders in it."""
        try:
            identity = _identity(Path(folder))
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            self.left_out.append(LeftOut(folder, UNREADABLE))
            return []
        if identity == self._outside_identity:
            return []
        if identity in self._seen or not entries:
            self.left_out.append(LeftOut(folder, EMPTY_FOLDER if identity not in self._seen else SEARCHED))
            return []
        self._seen.add(identity)
        names = {entry.name.lower() for entry in entries}
        return [entry.path for entry in entries if self._is_folder(entry) or self._sort_out(entry, names)]

    def _is_folder(self, entry: "os.DirEntry[str]") -> bool:
        return not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)

    def _sort_out(self, entry: "os.DirEntry[str]", names: set[str]) -> bool:
        """Take a file, or say why not; keep a link to a folder for later. Never a folder to enter now."""
        if entry.name.startswith("."):
            reason: str | None = HIDDEN
        elif entry.is_symlink() and Path(entry.path).is_dir():
            self._links.append(entry.path)
            return False
        else:
            # Where the folder itself says that it is a file, nothing is asked of the disk: there may be 100,000.
            reason = None if entry.is_file(follow_symlinks=False) else reason_against(entry.path)
            reason = reason or self._reason_of_kind(entry.path, names)
        if reason is None:
            self.paths.append(entry.path)
        else:
            self.left_out.append(LeftOut(entry.path, reason))
        return False

    def _reason_of_kind(self, path: str, names: set[str]) -> str | None:
        ending = Path(path).suffix.lower()
        if ending in self._endings:
            return None
        if ending in FOREIGN_PICTURES:
            return FOREIGN_PICTURE
        try:
            with open_regular(Path(path)) as file:
                head = file.read(HEAD_BYTES) or b"" if os.fstat(file.fileno()).st_size else b""
        except OSError:
            return UNREADABLE
        if is_e_invoice(head):
            if self._e_invoices:
                return None
            return E_INVOICE_BESIDE_PDF if f"{Path(path).stem}.pdf".lower() in names else E_INVOICE
        # Formats of cameras look like TIFF, but have endings of their own.
        found = signature(head)
        return None if found == "application/pdf" or (found and not ending) else UNKNOWN_KIND


def _identity(folder: Path) -> tuple[int, int]:
    about = folder.stat()
    return about.st_dev, about.st_ino
