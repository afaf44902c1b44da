"""The files of the sandbox: what was uploaded and what was made of it, kept as long as a document needs it."""

import hashlib
import shutil
from collections import Counter
from pathlib import Path


class Storage:
    """Files under the hash of their content, so that the same bytes are kept and read once.

    Parameters
    ----------
    folder
        The sandbox's own folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._holders: Counter[str] = Counter()

    def store(self, content: bytes) -> str:
        """Keep a file for one more document; gives its hash."""
        sha256 = hashlib.sha256(content).hexdigest()
        new = not self.holds(sha256)
        self.hold(sha256)
        if new:
            self.path(sha256).write_bytes(content)
        return sha256

    def hold(self, key: str) -> None:
        """Keep what belongs to a hash for one more document."""
        self._holders[key] += 1
        (self._folder / key).mkdir(exist_ok=True)

    def holds(self, key: str) -> bool:
        """Whether any document needs what belongs to a hash."""
        return self._holders[key] > 0

    def let_go(self, key: str) -> bool:
        """Give up what one document needed; without any document left it is removed, and the answer is ``True``."""
        self._holders[key] -= 1
        if self.holds(key):
            return False
        self.remove(key)
        return True

    def remove(self, key: str) -> None:
        """Remove all files that belong to a hash."""
        del self._holders[key]
        shutil.rmtree(self._folder / key, ignore_errors=True)

    def path(self, key: str, what: str = "content") -> Path:
        """Say where the file is, or with ``what`` something that was made of it."""
        return self._folder / key / what

    def content(self, key: str) -> bytes:
        """Give a file back."""
        return self.path(key).read_bytes()
