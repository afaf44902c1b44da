"""R1: the list of documents is read to its end, or it is said that it was not."""

import json
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Connection, answer

from gini_notebook.errors import AnswerLost
from gini_notebook.service.client import Client
from gini_notebook.service.values import Document
from gini_notebook.service.wire.paging import ListEnd, ListScan

Connect = Callable[..., Client]
Serve = Callable[..., Any]


def listed(number: int, created: float | None) -> Document:
    return Document(f"d{number}", "COMPLETED", creation_date=created)


class Service:
    """A list in some order that puts no more than ``cap`` documents on a page."""

    def __init__(self, documents: Sequence[Document], *, cap: int = 10_000, ascending: bool = False) -> None:
        self.documents = sorted(documents, key=lambda each: each.creation_date or 0, reverse=not ascending)
        self.cap, self.ascending = cap, ascending

    def page(self, limit: int, start: float | None) -> list[Document]:
        def follows(document: Document) -> bool:
            date = document.creation_date or 0
            return start is None or (date >= start if self.ascending else date <= start)

        return [each for each in self.documents if follows(each)][: min(limit, self.cap)]

    def scan(self, limit: int, *, totals: bool = False) -> tuple[ListScan, list[Document]]:
        scan, found = ListScan(limit), list[Document]()
        while scan.ended is None:
            found += scan.take(self.page(scan.limit, scan.next), len(self.documents) if totals else None)
        return scan, found


CROWDS = st.lists(st.integers(1, 60), min_size=1, max_size=6)


def crowds(sizes: list[int]) -> list[Document]:
    """Documents of one moment after the other, so many of each."""
    moments = [moment for moment, size in enumerate(sizes) for _ in range(size)]
    return [listed(number, 1000.0 + 3 * moment) for number, moment in enumerate(moments)]


@settings(deadline=None)
@given(sizes=CROWDS, cap=st.integers(20, 80), limit=st.integers(1, 90), ascending=st.booleans(), totals=st.booleans())
def test_R1_a_list_that_counts_as_whole_is_whole(
    sizes: list[int], cap: int, limit: int, ascending: bool, totals: bool
) -> None:
    service = Service(crowds(sizes), cap=cap, ascending=ascending)
    scan, found = service.scan(limit, totals=totals)
    assert len({each.id for each in found}) == len(found)
    if scan.ended is ListEnd.COMPLETE:
        assert len(found) == sum(sizes)
    else:
        assert max(sizes) >= 20


@settings(deadline=None)
@given(sizes=CROWDS, limit=st.integers(1, 90), ascending=st.booleans())
def test_R1_where_the_service_counts_every_list_within_reach_is_whole(
    sizes: list[int], limit: int, ascending: bool
) -> None:
    scan, found = Service(crowds(sizes), ascending=ascending).scan(limit, totals=True)
    assert scan.ended is ListEnd.COMPLETE
    assert len(found) == sum(sizes)


def test_R1_a_crowd_behind_a_page_cap_does_not_hide_what_lies_behind_it() -> None:
    documents = [*(listed(number, 9.0) for number in range(700)), *(listed(number, 5.0) for number in range(700, 710))]
    scan, found = Service(documents, cap=250).scan(100)
    assert scan.ended is ListEnd.BROKEN
    assert {each.id for each in documents[700:]} <= {each.id for each in found}
    assert len(found) == 260


def over_https(documents: Sequence[Document], cap: int) -> Callable[[Connection, bytes], None]:
    service = Service(documents, cap=cap)

    def reply(connection: Connection, request: bytes) -> None:
        query = parse_qs(request.split(b" ")[1].decode().partition("?")[2])
        page = service.page(int(query["limit"][0]), float(query["next"][0]) if "next" in query else None)
        connection.send(answer(200, json.dumps({"documents": [each.to_dict() for each in page]}).encode()))

    return reply


def test_R1_seven_hundred_documents_of_one_millisecond_behind_a_page_cap_are_not_said_to_be_all(
    serve: Serve, connect: Connect
) -> None:
    client = connect(serve(over_https([listed(number, 9.0) for number in range(700)], cap=250)).url)
    found = client.all_documents()
    assert len({each.id for each in islice(found, 250)}) == 250
    with pytest.raises(AnswerLost, match="cannot be read to its end: 250 were read, but more of one creation date"):
        next(found)


def test_R1_crowds_that_fit_on_a_page_are_read_whole(serve: Serve, connect: Connect) -> None:
    documents = [*(listed(number, 9.0) for number in range(200)), *(listed(number, 5.0) for number in range(200, 210))]
    client = connect(serve(over_https(documents, cap=250)).url)
    assert {each.id for each in client.all_documents(limit=50)} == {each.id for each in documents}


def test_R1_a_list_that_shows_the_same_page_for_ever_ends() -> None:
    stuck = [listed(number, 1.0) for number in range(30)]
    for by_offset in (True, False):
        scan = ListScan(30, by_offset=by_offset)
        for _ in range(20):
            if scan.ended is None:
                scan.take(stuck)
        assert scan.ended is ListEnd.BROKEN
    undated = ListScan(3)
    undated.take([listed(number, None) for number in range(3)])
    assert undated.ended is ListEnd.BROKEN


def test_R1_a_page_cap_does_not_end_a_list_that_is_counted() -> None:
    everything = [listed(number, None) for number in range(37)]
    scan, found = ListScan(30, by_offset=True), list[Document]()
    while scan.ended is None:
        start = int(scan.next or 0)
        found += scan.take(everything[start : start + min(10, scan.limit)], 37)
    assert (scan.ended, found) == (ListEnd.COMPLETE, everything)
