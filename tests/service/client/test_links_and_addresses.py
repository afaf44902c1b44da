"""Ids, links and base addresses: nothing that comes from outside changes where a request goes."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.errors import (
    AnswerLost,
    SettingError,
)
from gini_notebook.service.values import Document
from gini_notebook.service.wire import (
    GINI_API,
    PAY_API,
    base_url,
    environment_named,
)
from gini_notebook.service.wire import documents as wire_documents
from gini_notebook.service.wire.environments import id_in, id_of

BASE = "https://pay-api.gini.net"


@pytest.mark.parametrize(
    "location",
    [
        f"{BASE}/documents/abc",
        f"{BASE}/documents/abc/",
        "http://pay-api.gini.net/documents/abc",
        "https://pay-api.gini.net:8443/documents/abc",
        "https://api.gini.net/documents/abc",
        "/documents/abc",
        "https://here.example/documents/abc",
        "https://here.example/prefix/documents/abc",
    ],
)
def test_T13_ids_are_taken_from_our_own_addresses(location: str) -> None:
    assert id_in(location, collection="documents", base="https://here.example/prefix") == "abc"


@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        "https://evil.example/documents/abc",
        "//evil.example/documents/abc",
        "https://here.example@evil.example/documents/abc",
        "https://evil@here.example/documents/abc",
        "https://here.example.evil.example/documents/abc",
        "https://169.254.169.254/documents/abc",
        "https://localhost/documents/abc",
        "file:///documents/../etc/passwd",
        "https://here.example\\@evil.example/documents/abc",
        "https://here.example/documents/..",
        "https://here.example/documents/%2e%2e",
        "https://here.example/documents/a%2Fb",
        "https://here.example/documents/a/extractions",
        "https://here.example/documents",
        "https://here.example/other/abc",
        "https://here.example/documents/abc?x=1",
        "https://here.example/documents/abc#x",
        "https://here.example/documents/a\r\nb",
        "https://hére.example/documents/abc",
        "https://[::1/documents/abc",
        "https://here.example/documents/" + "a" * 200,
        "javascript:alert(1)",
        "https://here.example/documents/abc, https://here.example/documents/def",
    ],
)
def test_T13_foreign_and_malformed_addresses_are_refused(location: str | None) -> None:
    with pytest.raises(AnswerLost, match=r"not its own|did not say where"):
        id_in(location, collection="documents", base="https://here.example/prefix")


@settings(deadline=None)
@given(st.text())
def test_T13_an_id_never_leaves_its_place_in_the_path(text: str) -> None:
    for make in (lambda: id_of(text), lambda: id_in(text, collection="documents", base=BASE)):
        try:
            found = make()
        except (SettingError, AnswerLost):
            continue
        path = wire_documents.document(PAY_API, found).path
        assert urlsplit(f"{BASE}{path}").path == f"/documents/{found}"
        assert "/" not in found
        assert found not in {".", ".."}


@pytest.mark.parametrize("document", ["", "a/b", "..", "a?b", "a b", "a\r\nb", "ä", 7, f"{BASE}/documents/1"])
def test_what_is_no_id_is_refused_before_sending(document: Any) -> None:
    with pytest.raises(SettingError, match="is no id of the service; give the id alone"):
        wire_documents.document(PAY_API, document)


def test_documents_are_as_good_as_their_ids() -> None:
    assert id_of(Document("abc", "PENDING")) == "abc"


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("https://pay-api.gini.net", "https://pay-api.gini.net"),
        (" https://PAY-api.gini.net:443/ ", "https://pay-api.gini.net"),
        ("https://127.0.0.1:8443/gini/", "https://127.0.0.1:8443/gini"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_base_addresses_are_normalised(address: str, base: str) -> None:
    assert base_url(address) == base


@pytest.mark.parametrize(
    ("address", "match"),
    [
        ("http://pay-api.gini.net", "is not https"),
        ("http://user:canary@pay-api.gini.net", r"//\*\*\*@pay-api.gini.net' is not https"),
        ("pay-api.gini.net", "is not https"),
        ("ftp://pay-api.gini.net", "is not https"),
        ("", "is not https"),
        ("https://user:canary@pay-api.gini.net", "may hold no credentials"),
        ("https://pay-api.gini.net?x=1", "may hold no credentials, query or fragment"),
        ("https://pay-api.gini.net#x", "may hold no credentials, query or fragment"),
        ("https://", "names no usable host"),
        ("https://a b", "names no usable host"),
        ("https://a\\b", "names no usable host"),
        ("https://pay-api.gini.net/a/../b", "names no usable host"),
        ("https://pay-api.gini.net:99999", "cannot be read: Port out of range"),
        ("https://[::1", "cannot be read"),
    ],
)
def test_T1_base_addresses_that_are_refused(address: str, match: str) -> None:
    with pytest.raises(SettingError, match=match) as caught:
        base_url(address)
    assert "canary" not in str(caught.value)


def test_environments_by_name() -> None:
    assert environment_named("pay-api") is PAY_API
    assert environment_named("gini-api") is GINI_API
    assert environment_named(PAY_API) is PAY_API
    with pytest.raises(
        SettingError,
        match=r"There is no environment of this name \(a text of 4 characters\); choose one of pay-api, gini-api",
    ):
        environment_named("gini")
