"""The whole list of documents, although no answer says where the next page begins."""

from collections.abc import Callable, Iterator

from gini_notebook.errors import AnswerLost
from gini_notebook.service.values import Document

_LARGEST_PAGE = 4096


def every_document(page_of: Callable[..., list[Document]], limit: int, *, by_offset: bool) -> Iterator[Document]:
    """Iterate over all documents, each once.

    The service names no next page and no order ("Document list"): the next page is asked for from the creation date
    of the last document on, so pages overlap, and documents seen before are left out. The end is where a page brings
    nothing new, except if it is full: then more documents than fit on it share one creation date, and a larger page
    is asked for.
    """
    seen: set[str] = set()
    following: float | None = None
    while True:
        page = page_of(limit=limit, next=following)
        fresh = [document for document in page if document.id not in seen]
        seen.update(document.id for document in fresh)
        yield from fresh
        if not fresh:
            if len(page) < limit:
                return
            limit *= 2
        elif by_offset:
            following = len(seen)
        else:
            following = page[-1].creation_date
        if limit > _LARGEST_PAGE or (fresh and following is None):
            raise AnswerLost("The list of documents does not go on, although it is not at its end.")
