"""``Journal``: a file of edits that several people may append to, and nobody rewrites."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import file_digest, sha256
from pathlib import Path

from gini_notebook._files import check_regular
from gini_notebook._platform import take_lock
from gini_notebook._text import printable
from gini_notebook.analysis.truth.edits import UNLABELLED, Edit, parse_edits
from gini_notebook.analysis.truth.label_notes import is_as_delivered
from gini_notebook.errors import EditConflict, TruthError

# A person makes some thousand edits; what is larger is read by read_truth, in a process with limits.
MAX_BYTES = 64 * 1024 * 1024
LABELLER = "GINI_LABELLER"
WAIT_S, _LOOK_S = 10.0, 0.02
_Stamp = tuple[int, int, bytes]
_REMEDY = "Nothing was written: call refresh(), look at the label as it is now, and append again."


@dataclass
class _Known:
    """What was read of the file: its identity, its edits, and how far the last look went.

    Edits behind ``seen`` are one's own, written since.
    """

    file: tuple[int, int] | None = None
    edits: list[Edit] = field(default_factory=list)
    seen: int = 0
    end: int = 0
    torn: int = 0


class Journal:
    r"""Edits of a ground truth in a file of JSON lines: read, and appended one by one.

    The ground truth itself is never written: ``read_truth(["truth.csv", "labels.jsonl"])`` folds the edits over it, and
    :meth:`Evaluation.to_truth` over the truth that was evaluated. Any number of journals may have the same file open,
    here or in other processes. Each line is written under a lock, and only if what the edit is about has not moved on:
    when somebody else has edited the same place, or ``base`` has changed, :meth:`append` writes nothing and raises
    :class:`gini_notebook.errors.EditConflict`; :meth:`refresh` then says what is new, and after it the edit can be
    appended. So nobody's decision is overwritten unseen.

    Parameters
    ----------
    path
        The file, by custom ``labels.jsonl``; it is made with the first edit, readable by its owner only.
    base
        The files that are edited, as they were given to ``read_truth``: a path, or a list of paths. Without, only the
        journal is watched.
    by
        Who edits; by default the environment variable ``GINI_LABELLER``, and else nobody is named.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    by : str
        Who edits.

    Raises
    ------
    TruthError
        If the file is there and is no journal, or cannot be read, or there is no such base.

    Examples
    --------
    >>> import tempfile
    >>> from gini_notebook import Edit, Journal, read_truth
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "truth.csv").write_text("document,iban\na.pdf,DE99\n", encoding="utf-8")
    >>> journal = Journal(folder / "labels.jsonl", base=folder / "truth.csv")
    >>> edit = Edit(document="a.pdf", field="iban", state="value", value="DE02120300000000202051", was_state="value",
    ...             was="DE99")
    >>> written = journal.append(edit)
    >>> read_truth([folder / "truth.csv", folder / "labels.jsonl"])["value"].tolist()
    ['DE02120300000000202051']
    >>> undone = journal.undo(written)
    >>> read_truth([folder / "truth.csv", folder / "labels.jsonl"])["value"].tolist()
    ['DE99']
    >>> redone = journal.undo(undone)
    >>> len(journal.edits)
    3
    """

    def __init__(
        self,
        path: "str | os.PathLike[str]",
        *,
        base: "str | os.PathLike[str] | Sequence[str | os.PathLike[str]]" = (),
        by: str | None = None,
    ) -> None:
        self.path = Path(path).expanduser()
        self.by = os.environ.get(LABELLER, "") if by is None else by
        sources = [base] if isinstance(base, (str, os.PathLike)) else list(base)
        self._base = [Path(source).expanduser() for source in sources]
        self._stamps: dict[Path, _Stamp] = {}
        self._known = _Known()
        self.refresh()

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Every line of the file that is known here: those of the last :meth:`refresh`, and one's own since.

        Lines that undo others are among them, and so is what they undo.
        """
        return tuple(self._known.edits)

    @property
    def torn(self) -> int:
        """How many lines broke off while being written, as a crash leaves them; they are passed over."""
        return self._known.torn

    def refresh(self) -> tuple[Edit, ...]:
        """Take note of what others appended, and of the base as it is now.

        Returns
        -------
        tuple of Edit
            The lines that are new since the last look, in their order. Whoever shows labels folds them in, and reads
            the base again where it has changed.

        Raises
        ------
        TruthError
            If the file is no journal, cannot be read, or there is no such base.
        """
        known = {edit.at for edit in self._known.edits}
        with _troubles(self.path, "read"):
            self._stamps = {path: _stamp(path, None) for path in self._base}
            with self._held(os.O_RDONLY) as file:
                if file is None:
                    self._known = _Known()
                    return ()
                if not self._is_same(file):
                    self._known = _Known()
                tail, torn, size = self._tail(file)
                self._known.file = _identity(file)
        self._known.edits = [*self._known.edits[: self._known.seen], *tail]
        self._known.seen, self._known.end, self._known.torn = len(self._known.edits), size, self._known.torn + torn
        return tuple(edit for edit in self._known.edits if edit.at not in known)

    def append(self, edit: Edit) -> Edit:
        """Write one edit, and return when it is on the disk.

        Parameters
        ----------
        edit
            The edit; ``at`` and ``by`` are filled in where they are empty.

        Returns
        -------
        Edit
            What was written.

        Raises
        ------
        EditConflict
            If somebody else has edited this place since the last look, or the base or the file is another one by now.
            Nothing is written; its ``edits`` are those of the others.
        TruthError
            If the value is written as a table has it (``"12,34 €"``) and not as the service does (``"12.34:EUR"``), or
            the file cannot be written, as on a full disk (then nothing of the line stays), is held by somebody else
            for ten seconds, has a line of this ``at``, or is no journal.
        """
        return self.append_all([edit])[0]

    def append_all(self, edits: Sequence[Edit]) -> tuple[Edit, ...]:
        """Write several edits that belong together, such as those of a whole row: all of them, or none.

        Parameters
        ----------
        edits
            The edits, in their order.

        Returns
        -------
        tuple of Edit
            What was written.

        Raises
        ------
        EditConflict, TruthError
            As of :meth:`append`, for any of them.
        """
        for edit in edits:
            if not isinstance(edit, Edit):
                message = f"A journal takes gini.Edit(document=…, field=…, state=…), not a {type(edit).__name__}."
                raise TruthError(message)
            _check_notation(edit)
        with _troubles(self.path, "written"), self._held(os.O_RDWR | os.O_APPEND) as file:
            if file is None or not self._is_same(file):
                message = f"{self.path.name} is another file than the one that was read, or was cut. {_REMEDY}"
                raise EditConflict(message)
            tail, torn, _ = self._tail(file)
            mine = {edit.at for edit in self._known.edits[self._known.seen :]}
            others = [edit for edit in tail if edit.at not in mine]
            self._check_unchanged(edits, others)
            written = self._named(edits, {edit.at for edit in (*self._known.edits, *others)})
            size = _write(file, "".join(edit.line() for edit in written))
            _keep_name(self.path)
            self._known.file = _identity(file)
        self._known.edits += written
        if not others:  # else they stay unseen until the next look, and are read again then
            self._known.seen, self._known.end, self._known.torn = len(self._known.edits), size, self._known.torn + torn
        return tuple(written)

    def undo(self, edit: Edit) -> Edit:
        """Take back a line of the journal; of a line that takes back another one, bring that one back.

        Parameters
        ----------
        edit
            A line of the journal, as :meth:`append` or :attr:`edits` gave it.

        Returns
        -------
        Edit
            The line that was written.

        Raises
        ------
        EditConflict, TruthError
            As of :meth:`append`; or if the journal has no such line.
        """
        if edit.at not in {one.at for one in self._known.edits}:
            message = f"{self.path.name} has no line of {edit.at or 'no time'}, so there is nothing to take back."
            raise TruthError(message)
        plain = Edit(document=edit.document, group=edit.group, row=edit.row, field=edit.field, state=UNLABELLED)
        return self.append(replace(plain, alternative=edit.alternative, undoes=edit.at))

    def __repr__(self) -> str:
        return f"<Journal {printable(self.path.name)}: {len(self._known.edits)} edits>"

    @contextmanager
    def _held(self, flags: int) -> Iterator[int | None]:
        """Open the file and hold it, so that nobody writes meanwhile.

        Where there is none, it is made for writing, or it is ``None``: there was one before, or it is only looked at.
        """
        if self.path.exists():
            check_regular(self.path)
        elif self._known.file is not None or not flags & os.O_RDWR:
            yield None
            return
        make = os.O_CREAT if flags & os.O_RDWR else 0
        file = os.open(self.path, flags | make | getattr(os, "O_BINARY", 0), 0o600)
        try:
            self._take(file)
            yield file
        finally:
            os.close(file)

    def _take(self, file: int) -> None:
        end = time.monotonic() + WAIT_S
        while True:
            try:
                take_lock(file)
            except OSError as error:
                if time.monotonic() < end:
                    time.sleep(_LOOK_S)
                    continue
                message = (
                    f"{self.path.name} is held by another program for {WAIT_S:.0f} seconds; nothing was written. Try "
                    "again when it has ended."
                )
                raise TruthError(message) from error
            return

    def _is_same(self, file: int) -> bool:
        """Return whether this is the file that was read, with all that was read of it."""
        if self._known.file is None:
            return True
        now = self.path.stat()
        return (
            _identity(file) == self._known.file == (now.st_dev, now.st_ino)
            and os.fstat(file).st_size >= self._known.end
        )

    def _tail(self, file: int) -> tuple[list[Edit], int, int]:
        """Read what stands behind the last look: edits, how many lines broke off, and where the file ends."""
        size = os.fstat(file).st_size
        if size > MAX_BYTES:
            message = f"{self.path.name} has {size} bytes; a journal of more than {MAX_BYTES} is not edited."
            raise TruthError(message)
        with open(file, "rb", closefd=False) as stream:
            stream.seek(self._known.end)
            content = stream.read(size - self._known.end)
        text = content.decode("utf-8" if self._known.end else "utf-8-sig", "replace")
        return *parse_edits(text, self.path.name), size

    def _check_unchanged(self, edits: Sequence[Edit], others: Sequence[Edit]) -> None:
        slots = {edit.slot for edit in edits}
        meanwhile = [edit for edit in others if edit.slot in slots]
        if meanwhile:
            last = meanwhile[-1]
            where = f"{last.document}: {f'{last.group}[{last.row}].{last.field}' if last.group else last.field}"
            who = f" by {last.by}" if last.by else ""
            message = f"{printable(where)} was edited meanwhile ({printable(last.at + who)}). {_REMEDY}"
            raise EditConflict(message, edits=meanwhile)
        for path, stamp in self._stamps.items():
            now = _stamp(path, stamp) if path.exists() else None
            if now is None or now[2] != stamp[2]:
                message = f"{path.name}, which is edited, has changed since it was read. Read it again. {_REMEDY}"
                raise EditConflict(message)
            self._stamps[path] = now

    def _named(self, edits: Sequence[Edit], known: set[str]) -> list[Edit]:
        """Give each edit a time of its own, and say who decided."""
        named = []
        for edit in edits:
            at, now = edit.at, datetime.now(UTC)
            if at in known:
                message = f"{self.path.name} has a line of {at} already. Leave at empty, and the journal writes it."
                raise TruthError(message)
            while not at or at in known:
                at = now.isoformat(timespec="microseconds").replace("+00:00", "Z")
                now += timedelta(microseconds=1)
            known.add(at)
            named.append(replace(edit, at=at, by=edit.by or self.by))
        return named


def _check_notation(edit: Edit) -> None:
    """Refuse a value that a table could have, and that nothing would read here: edits have no notation of their own."""
    if edit.value is None or is_as_delivered(edit.field, edit.value):
        return
    message = (
        f"{printable(edit.document)}: the value of {printable(edit.field)} is written as in a table. An edit has it as "
        "the service writes it: an amount as '1234.56:EUR', a number as '1234.56', a date as '2026-01-31'. Nothing was "
        "written."
    )
    raise TruthError(message)


@contextmanager
def _troubles(path: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = path.name if error.filename is None else Path(os.fsdecode(error.filename)).name
        message = f"{where} cannot be {done if where == path.name else 'read'}: {error.strerror or error}."
        raise TruthError(message) from error
    except UnicodeEncodeError as error:
        message = f"{path.name} cannot hold {error.object[error.start : error.end]!a}, which is half of a character."
        raise TruthError(message) from error


def _write(file: int, lines: str) -> int:
    """Append lines, and return where the file then ends; where that fails, nothing of them stays."""
    size = os.fstat(file).st_size
    torn = False
    if size:
        os.lseek(file, size - 1, os.SEEK_SET)
        torn = os.read(file, 1) != b"\n"
    content = memoryview((("\n" if torn else "") + lines).encode())
    try:
        written = 0
        while written < len(content):
            written += os.write(file, content[written:])
        os.fsync(file)
    except OSError:
        with suppress(OSError):  # else the torn line is passed over
            os.ftruncate(file, size)
        raise
    return size + len(content)


def _keep_name(path: Path) -> None:
    """Write to the disk that there is a file of this name, where the system can do so."""
    with suppress(OSError):
        folder = os.open(path.absolute().parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _identity(file: int) -> tuple[int, int]:
    now = os.fstat(file)
    return now.st_dev, now.st_ino


def _stamp(path: Path, known: _Stamp | None) -> _Stamp:
    """Return size, time and hash of a file, of a folder those of what is in it; what looks as it did is not read."""
    now = path.stat()
    if path.is_dir():
        entries = sorted((str(one.relative_to(path)), *_times(one)) for one in path.rglob("*") if one.is_file())
        return 0, 0, sha256(repr(entries).encode("utf-8", "surrogateescape")).digest()
    if known is not None and known[:2] == (now.st_size, now.st_mtime_ns):
        return known
    check_regular(path)
    with path.open("rb") as file:
        return now.st_size, now.st_mtime_ns, file_digest(file, "sha256").digest()


def _times(path: Path) -> tuple[int, int]:
    now = path.stat()
    return now.st_size, now.st_mtime_ns
