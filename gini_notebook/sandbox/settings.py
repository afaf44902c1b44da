"""What can be set about a sandbox, and about the engine in it that reads documents."""

import importlib.util
from dataclasses import dataclass

from gini_notebook.sandbox.environments import ENVIRONMENTS

ENGINES = ("baseline", "keywords-only")
COORDINATES = {"points": 72.0, "pixels": 300.0}
"""Unit of boxes and layout -> how many make an inch."""
_INSTALL = 'pip install "gini-notebook[ocr]"'
LIBRARIES = ("PIL", "jwt", "lxml", "pypdfium2", "python_multipart", "starlette", "trustme", "uvicorn", "zxingcpp")
"""What the extra ``sandbox`` brings, by the names it is imported by."""


def check_installed() -> None:
    """Check that the libraries of the sandbox are installed.

    Raises
    ------
    ModuleNotFoundError
        If one is not; the message names the command that installs it.
    """
    missing = next((name for name in LIBRARIES if importlib.util.find_spec(name) is None), None)
    if missing is not None:
        message = f'The sandbox needs {missing}, which is not installed: pip install "gini-notebook[sandbox]"'
        raise ModuleNotFoundError(message, name=missing)


def ocr_installed() -> bool:
    """Return whether the engine that reads scans is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def check_reading(engine: str, coordinates: str, ocr: bool | None) -> None:
    """Check what can be set about reading.

    Parameters
    ----------
    engine, coordinates, ocr
        See :class:`Settings`.

    Raises
    ------
    ValueError
        A value makes no sense, or OCR is demanded where its engine is not installed.
    """
    _demand(engine in ENGINES, "engine", engine, f"one of {', '.join(ENGINES)}")
    _demand(coordinates in COORDINATES, "coordinates", coordinates, f"one of {', '.join(COORDINATES)}")
    _demand(not ocr or ocr_installed(), "ocr", ocr, f"left out, or its engine installed: {_INSTALL}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How one sandbox behaves; the defaults imitate the service at a speed that is pleasant to work with.

    Parameters
    ----------
    port
        Port of the API; 0 lets the system choose. The User Center gets a port of its own, as it has a host of its own.
    user_center_port
        Port of the User Center; 0 lets the system choose.
    environment
        ``"pay-api"``, or ``"gini-api"`` for the predecessor at ``api.gini.net``.
    processing_time_s
        How long the service works on a document: its mean in seconds. Reading the document really may take longer.
    processing_spread
        Standard deviation of the logarithm of the processing time; 0 makes it the same for every document.
    capacity
        How many documents are worked on at once; the others wait.
    token_life_s
        Seconds until an access token expires.
    refresh_tokens
        Whether the password grant also gives a refresh token, which the service does for some clients only.
    seed
        Start of everything that is drawn by chance: processing times, random faults.
    ocr
        Whether scans are read; ``None`` means if the engine is installed.
    engine
        How documents are read; ``"baseline"`` or ``"keywords-only"``, which is worse, so that there is a second one to
        compare with.
    coordinates
        Unit of boxes and layout: ``"points"`` as documented, ``"pixels"`` (300 dpi) as in recorded answers.
    foreign_status
        How a document of somebody else is refused: 404, or 403.
    pending_status
        Extractions before they are there: 404, or 200 for an empty answer.
    jwk_set
        File with the JWK set that ``X-JWT-Authorization`` is checked against; empty for a key of the sandbox's own.
    jwt_issuer
        The ``iss`` claim that is demanded; empty accepts any.
    jwt_claims
        Names of the claims for user identifier, client id and client secret.
    """

    port: int = 0
    user_center_port: int = 0
    environment: str = "pay-api"
    processing_time_s: float = 0.5
    processing_spread: float = 0.0
    capacity: int = 16
    token_life_s: float = 3600.0
    refresh_tokens: bool = True
    seed: int = 0
    ocr: bool | None = None
    engine: str = "baseline"
    coordinates: str = "points"
    foreign_status: int = 404
    pending_status: int = 404
    jwk_set: str = ""
    jwt_issuer: str = ""
    jwt_claims: tuple[str, str, str] = ("x-user-identifier", "x-client-id", "x-client-secret")

    @property
    def scans(self) -> str:
        """Whether scans are read: ``"read"``, or why not."""
        if self.ocr is False:
            return "not read: OCR is switched off (ocr=False)"
        return "read" if ocr_installed() else f"not read: OCR is not installed ({_INSTALL})"

    def __post_init__(self) -> None:
        _demand(self.environment in ENVIRONMENTS, "environment", self.environment, f"one of {', '.join(ENVIRONMENTS)}")
        _demand(0 <= self.port <= 65535, "port", self.port, "between 0 and 65535")
        _demand(0 <= self.user_center_port <= 65535, "user_center_port", self.user_center_port, "between 0 and 65535")
        _demand(self.processing_time_s >= 0, "processing_time_s", self.processing_time_s, "0 or more")
        _demand(self.processing_spread >= 0, "processing_spread", self.processing_spread, "0 or more")
        _demand(self.capacity >= 1, "capacity", self.capacity, "1 or more")
        _demand(self.token_life_s > 0, "token_life_s", self.token_life_s, "more than 0")
        check_reading(self.engine, self.coordinates, self.ocr)
        _demand(self.foreign_status in {404, 403}, "foreign_status", self.foreign_status, "404 or 403")
        _demand(self.pending_status in {404, 200}, "pending_status", self.pending_status, "404 or 200")


def _demand(holds: bool, name: str, value: object, wanted: str) -> None:
    if not holds:
        message = f"{name}={value!r} makes no sense: it must be {wanted}."
        raise ValueError(message)
