"""T54: nothing is told to anybody but the service: no connection goes elsewhere, and none is made without a call."""

import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pandas as pd
import pytest

import gini_notebook as gini

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

SEEN: set[object] = set()
WATCHED = threading.Event()


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto") and WATCHED.is_set():
        SEEN.add(arguments[1])


sys.addaudithook(_watch)


@pytest.mark.parametrize("address", [("8.8.8.8", 53), ("2001:4860:4860::8888", 443, 0, 0)])
def test_T54_a_connection_of_any_test_to_the_open_network_is_stopped(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as opened, pytest.raises(PermissionError, match="a test connects to"):
        opened.connect(address)


def test_T54_a_session_connects_to_the_service_and_to_nobody_else(
    tmp_path: Path, sandbox: "Sandbox", client: "Client"
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("Rechnung\nBetrag 12,34 EUR\nIBAN DE89370400440532013000", "utf-8")
    SEEN.clear()
    WATCHED.set()
    try:
        batch = gini.process(client, tmp_path / "in", to=tmp_path / "run", progress=False)
        truth = pd.DataFrame({"document": ["a.txt"], "field": ["iban"], "value": ["DE89370400440532013000"]})
        result = gini.evaluate(batch, truth)
        result.save_report(tmp_path / "report.html")
        result.save(tmp_path / "kept.zip")
        gini.explore(gini.Evaluation.load(tmp_path / "kept.zip"), documents=tmp_path / "in")
        batch.to_csv(tmp_path / "out")
    finally:
        WATCHED.clear()
    addresses = {address for address in SEEN if isinstance(address, tuple)}
    ports = {urlsplit(url).port for url in (sandbox.api, sandbox.user_center)}
    assert addresses
    assert {address[1] for address in addresses} <= ports
    assert {address[0] for address in addresses} <= {"127.0.0.1", "::1"}
