"""XML from strangers: nothing is fetched, nothing expands, nothing takes long."""

import contextlib
import socket
import threading
import time
import tracemalloc

import pytest
from truth_samples import cii, values

from gini_notebook.analysis.truth import read_truth
from gini_notebook.analysis.truth.einvoice.safe_xml import MAX_BYTES, MAX_TAGS, parse
from gini_notebook.errors import TruthError

LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><l>&j;</l>"
)
QUADRATIC = f'<!DOCTYPE l [<!ENTITY a "{"a" * 50_000}">]><l>{"&a;" * 50_000}</l>'
PARAMETER = '<!DOCTYPE l [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]><l/>'


def refused(content: bytes, match: str) -> None:
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(TruthError, match=match):
        parse(content, "x.xml")
    seconds = time.perf_counter() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 1
    assert peak < 50 * 2**20


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("prolog", ["", " \n", "<!-- <a> -->\n", "<?pi <a> ?>", "<!-- x --><?p?> <!-- y -->"])
def test_T36_document_types_are_refused_in_every_encoding_and_place(encoding, prolog):
    marked = "﻿" if encoding in ("utf-16-le", "utf-16-be") and prolog == " \n" else ""
    content = marked + prolog + '<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>'
    refused(content.encode(encoding), r"x\.xml declares a document type \(DOCTYPE\)")


def test_T36_external_entities_reach_neither_file_nor_network(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("canary")
    hits = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        port = server.getsockname()[1]

        def listen():
            with contextlib.suppress(TimeoutError):
                hits.append(server.accept())

        listener = threading.Thread(target=listen)
        listener.start()
        for system in (secret.as_uri(), f"http://127.0.0.1:{port}/x"):
            refused(f'<!DOCTYPE a [<!ENTITY e SYSTEM "{system}">]><a>&e;</a>'.encode(), "DOCTYPE")
            refused(f'<!DOCTYPE a SYSTEM "{system}"><a/>'.encode(), "DOCTYPE")
        listener.join()
    assert not hits


def test_T36_parameter_entities_are_refused():
    refused(PARAMETER.encode(), "DOCTYPE")


def test_T36_an_entity_without_document_type_stays_unknown():
    refused(b"<a>&e;</a>", r"x\.xml is not well-formed XML: .*Entity 'e' not defined")


def test_T36_xinclude_is_plain_markup(tmp_path):
    (tmp_path / "secret.txt").write_text("canary")
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{tmp_path}/secret.txt" parse="text"/>'
    root = parse(f"<a>{include}</a>".encode(), "x.xml")
    assert "canary" not in "".join(root.itertext())


@pytest.mark.parametrize("content", [LAUGHS, QUADRATIC])
def test_T37_expanding_entities_are_refused_quickly(content):
    refused(content.encode(), "DOCTYPE")
    refused(content.encode("utf-16"), "DOCTYPE")


def test_T37_size_depth_and_number_of_tags_are_limited():
    refused(b"<a>" + b" " * MAX_BYTES + b"</a>", r"x\.xml has \d+ bytes of XML; more than 10485760 are not read")
    refused(b"<a>" * 100_000 + b"</a>" * 100_000, "not well-formed XML: Excessive depth")
    refused(b"<a>" + b"<b/>" * MAX_TAGS + b"</a>", "has more than 1000000 tags")


def test_T36_a_declared_encoding_cannot_hide_a_document_type():
    hidden = '<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>'
    refused(hidden.encode(), r"written in the encoding 'utf-7', which is not read\. Save it as UTF-8")
    refused(b'<?xml version="1.0" encoding="x-none"?><a/>', "encoding 'x-none'")
    refused("<!DOCTYPE a><a/>".encode("utf-32"), "UTF-32, which is not read")


def test_encodings_of_invoices_are_read():
    text = '<?xml version="1.0" encoding="{}"?><a>Müller</a>'
    for name in ("utf-8", "iso-8859-1", "windows-1252", "utf-16"):
        content = text.format(name.upper()).encode(name)
        assert parse(content, "x.xml").text == "Müller"
    assert parse("﻿<a>Müller</a>".encode(), "x.xml").text == "Müller"
    assert parse('<?xml version="1.0" encoding="UTF-16"?><a>Müller</a>'.encode(), "x.xml").text == "Müller"
    assert parse("<a>Müller</a>".encode("utf-16-be"), "x.xml").text == "Müller"


def test_wrong_encodings_and_broken_xml_are_named():
    refused("<a>Müller</a>".encode("cp1252"), r"x\.xml is not the UTF-8 it claims to be \(byte 4\)")
    refused(b"<a><b></a>", "not well-formed XML: Opening and ending tag mismatch")
    refused(b"", "not well-formed XML")
    refused(b"<!-- never ends", "not well-formed XML: Comment not terminated")


def test_comments_do_not_split_values(tmp_path):
    path = tmp_path / "a.xml"
    path.write_bytes(cii(number="RE<!-- x -->-1"))
    assert values(read_truth(path))["a.xml", "invoiceId"] == "RE-1"


def test_doctype_in_text_is_only_text():
    assert parse(b"<a><![CDATA[<!DOCTYPE html>]]></a>", "x.xml").text == "<!DOCTYPE html>"
