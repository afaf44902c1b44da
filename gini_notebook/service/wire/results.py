"""Requests about what was read: extractions, layout, pages ("Retrieve extractions", "Layout", "Pages")."""

from gini_notebook.errors import SettingError
from gini_notebook.service.values import Document, Extractions, Layout, Page
from gini_notebook.service.wire.answers import read_file, read_image, read_value, read_values
from gini_notebook.service.wire.environments import Environment
from gini_notebook.service.wire.links import id_of
from gini_notebook.service.wire.messages import Request, fetch


def extractions(environment: Environment, document: str | Document) -> Request[Extractions]:
    """Read the extractions of a document."""
    known = id_of(document)
    what = f"read the extractions of document {known}"
    return fetch(environment, f"/documents/{known}/extractions", what, read_value(Extractions))


def layout(environment: Environment, document: str | Document) -> Request[Layout]:
    """Read the layout of a document."""
    known = id_of(document)
    what = f"read the layout of document {known}"
    return fetch(environment, f"/documents/{known}/layout", what, read_value(Layout))


def pages(environment: Environment, document: str | Document) -> Request[tuple[Page, ...]]:
    """Read the list of pages of a document."""
    known = id_of(document)
    return fetch(environment, f"/documents/{known}/pages", f"list the pages of document {known}", read_values(Page))


def page_image(environment: Environment, document: str | Document, number: int, size: str) -> Request[bytes]:
    """Read the image of a page, numbered from 1, in size ``large`` or ``medium``."""
    known = id_of(document)
    if size not in environment.image_sizes:
        message = f"There is no page image of size {size!r}; choose one of {', '.join(environment.image_sizes)}."
        raise SettingError(message)
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        message = f"Pages are numbered from 1; {number!r} is no page number."
        raise SettingError(message)
    path = f"/documents/{known}/pages/{number}/{environment.image_sizes[size]}"
    return fetch(environment, path, f"read page {number} of document {known}", read_image, accept="image/*")


def processed(environment: Environment, document: str | Document) -> Request[bytes]:
    """Read the file after preprocessing, on which all boxes are based."""
    known = id_of(document)
    what = f"read the processed file of document {known}"
    return fetch(
        environment, f"/documents/{known}/processed", what, read_file, accept="application/octet-stream, */*;q=0.1"
    )
