"""Invoices to try things on: ten of the project's own that are part of the package, and public ones.

Public ones are fetched once into the cache of the user. The package knows where they are and the SHA-256 of each file,
and what has another one is thrown away.
"""

import os
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from gini_notebook._extras import needed_for
from gini_notebook.errors import FileProblem

if TYPE_CHECKING:
    import pooch

__all__ = ["examples", "zugferd"]

# https://github.com/ZUGFeRD/corpus of 2025-02-18; the files at a commit do not change.
_COMMIT = "47b61beb29b7de98c3c91cdb3657415c0ede783b"
_ADDRESS = f"https://raw.githubusercontent.com/ZUGFeRD/corpus/{_COMMIT}/"
_TIMEOUT_S = 30.0


def examples() -> Path:
    """Return the folder with ten invented invoices and their ground truth, which is part of the package.

    Letters, bills and a reminder in German and English, among them a fax, a picture of a screen and an e-invoice.
    Companies and accounts do not exist: do not pay anything.

    Returns
    -------
    pathlib.Path
        The folder; its ``truth.jsonl`` is for :func:`gini_notebook.read_truth`. It belongs to the installation, so
        write nothing there.

    Examples
    --------
    >>> import gini_notebook as gini
    >>> folder = gini.datasets.examples()
    >>> gini.read_truth(folder / "truth.jsonl")["document"].nunique()
    10
    """
    return Path(str(resources.files(__name__).joinpath("invoices")))


def zugferd(*, mirror: str | None = None, cache: str | Path | None = None, progress: bool = True) -> Path:
    """Return a folder with 22 public ZUGFeRD and Factur-X invoices, which are fetched if they are not there.

    They are PDFs with the e-invoice inside, so the folder is both what to process and its ground truth. The pages of
    14 of them are drawn from the XML and easier to read than letters are.

    Parameters
    ----------
    mirror
        Address that the files are fetched below instead of GitHub, for networks that do not reach it.
    cache
        The folder to keep them in; by default one in the cache of the user, which ``GINI_CACHE`` moves.
    progress
        Show a progress bar (3.8 MB in all) when something is fetched.

    Returns
    -------
    pathlib.Path
        The folder. Once it is complete, no network is needed.

    Raises
    ------
    FileProblem
        If a file cannot be fetched, or is not the one it should be. What has been fetched stays for the next call.

    Notes
    -----
    The invoices are those of https://github.com/ZUGFeRD/corpus (Apache License 2.0), unmodified.

    Examples
    --------
    ::

        folder = gini.datasets.zugferd()
        batch = gini.process(client, folder, to="runs/zugferd")
        result = gini.evaluate(batch, gini.read_truth(folder))
    """
    with needed_for("Fetching public invoices", "truth"):
        import pooch

    place = Path(cache).expanduser() if cache is not None else _cache() / f"zugferd-{_COMMIT[:8]}"
    address = _ADDRESS if mirror is None else f"{mirror.rstrip('/')}/"
    keeper = pooch.create(path=place, base_url=address, registry=_registry("zugferd.txt"))
    lacking = [name for name in keeper.registry_files if not _is_there(place / name, keeper.registry[name])]
    if lacking:
        _fetch(keeper, lacking, progress=progress)
    return place


def _cache() -> Path:
    import platformdirs

    return Path(os.environ.get("GINI_CACHE") or platformdirs.user_cache_dir("gini_notebook")) / "datasets"


def _registry(name: str) -> dict[str, str]:
    """Return the SHA-256 of each file by its path."""
    lines = resources.files(__name__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))


def _is_there(path: Path, digest: str) -> bool:
    import pooch

    return path.is_file() and bool(pooch.file_hash(str(path)) == digest)


def _fetch(keeper: "pooch.Pooch", names: list[str], *, progress: bool) -> None:
    import pooch
    from requests import RequestException
    from tqdm.auto import tqdm

    download = pooch.HTTPDownloader(timeout=_TIMEOUT_S)
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel("ERROR")  # the bar says what it says for each file
    try:
        for done, name in enumerate(tqdm(names, desc="Fetching invoices", unit="file", disable=not progress)):
            try:
                keeper.fetch(name, downloader=download)
            except (OSError, ValueError, RequestException) as error:
                message = (
                    f"{name} cannot be fetched from {keeper.base_url}: {_reason(error)}. {done} of {len(names)} "
                    "files are new in the cache and stay; call again to go on, or name another address with mirror=."
                )
                raise FileProblem(message) from error
    finally:
        logger.setLevel(level)


def _reason(error: Exception) -> str:
    if isinstance(error, ValueError) and "hash" in str(error):
        return "what came has another SHA-256 than it should have"
    from requests import ConnectionError as NoConnection
    from requests import Timeout

    if isinstance(error, Timeout):
        return f"no answer within {_TIMEOUT_S:g} s"
    if isinstance(error, NoConnection):
        return "there is no connection to it (is this machine offline, or behind a proxy?)"
    return f"{type(error).__name__}: {error}".rstrip(".")
