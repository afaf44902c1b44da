"""Nothing is sent to anybody who has not proven who he is."""

import socket
import ssl
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from loopback import DOCUMENT, SECRET, Loopback, answer, ca_file, context_of, days_from_now, resolve, says
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from gini_notebook.errors import (
    CertificateRefused,
    RequestRefused,
    SettingError,
)
from gini_notebook.service.client import Client
from gini_notebook.service.credentials import TrustedAccess
from gini_notebook.service.transport.settings import key_pin

GOOD = says(answer(200, DOCUMENT))


Connect = Callable[..., Client]


Serve = Callable[..., Loopback]


def refuses(client: Client, server: Loopback, match: str) -> None:
    """A call is refused once, before any byte of it is sent."""
    with pytest.raises(CertificateRefused, match=match) as caught:
        client.document("1")
    assert caught.value.processed is False
    assert "Nothing was sent" in str(caught.value)
    assert server.connections == 1, "a refused certificate is never tried again"
    assert server.requests == []
    assert SECRET.encode() not in server.received


def test_T1_http_base_url_is_refused_before_a_socket_opens(connect: Connect) -> None:
    with Loopback(GOOD, None) as plain:
        with pytest.raises(SettingError, match="is not https"):
            connect(f"http://127.0.0.1:{plain.port}")
        assert plain.connections == 0


def test_T1_http_in_location_opens_no_plain_connection(serve: Serve, connect: Connect) -> None:
    with Loopback(GOOD, None) as plain:
        location = f"http://127.0.0.1:{plain.port}/documents/1"
        server = serve(says(answer(201, Location=location), answer(200, DOCUMENT)))
        client = connect(server.url)
        client.document(client.upload(b"text", name="a.txt"))
        assert plain.connections == 0
        assert server.requests[1].startswith(b"GET /documents/1 ")


def test_plain_http_answer_to_a_tls_hello_is_explained(connect: Connect) -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    received: list[bytes] = []

    def serve_plain() -> None:
        sock, _ = listener.accept()
        received.append(sock.recv(65536))
        sock.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        sock.close()

    thread = threading.Thread(target=serve_plain, daemon=True)
    thread.start()
    with pytest.raises(CertificateRefused, match=r"does not speak TLS 1\.2 or newer"):
        connect(f"https://127.0.0.1:{listener.getsockname()[1]}").document("1")
    thread.join(5)
    listener.close()
    assert SECRET.encode() not in received[0]
    assert b"GET" not in received[0]


@pytest.mark.parametrize("names", [("wrong.example",), ("*.gini.test",)])
def test_T2_certificate_of_another_host(authority: trustme.CA, connect: Connect, names: tuple[str, ...]) -> None:
    with Loopback(GOOD, context_of(authority.issue_cert(*names))) as server:
        refuses(connect(server.url), server, "not valid for '127.0.0.1'.*somebody may be intercepting")


@pytest.mark.parametrize(
    ("not_before", "not_after", "match"),
    [(-10, -2, "certificate has expired.*Check the clock"), (2, 10, "not yet valid.*Check the clock")],
)
def test_T3_certificate_out_of_its_time(
    authority: trustme.CA, connect: Connect, not_before: float, not_after: float, match: str
) -> None:
    leaf = authority.issue_cert("127.0.0.1", not_before=days_from_now(not_before), not_after=days_from_now(not_after))
    with Loopback(GOOD, context_of(leaf)) as server:
        refuses(connect(server.url), server, match)


def test_T4_unknown_authority(connect: Connect) -> None:
    with Loopback(GOOD, context_of(trustme.CA().issue_cert("127.0.0.1"))) as server:
        refuses(connect(server.url), server, "unable to get local issuer certificate.*ca_bundle=")


def test_T4_private_authority_with_the_default_store(authority: trustme.CA, connect: Connect) -> None:
    with Loopback(GOOD, context_of(authority.issue_cert("127.0.0.1"))) as server:
        refuses(connect(server.url, ca_bundle=None), server, "GINI_CA_FILE")


def test_T4_self_signed(connect: Connect, tmp_path: Path) -> None:
    context = _own_certificate(tmp_path, san=True)[0]
    with Loopback(GOOD, context) as server:
        refuses(connect(server.url), server, "self-signed certificate.*ca_bundle=")


def test_T4_missing_intermediate(authority: trustme.CA, connect: Connect) -> None:
    leaf = authority.create_child_ca().issue_cert("127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    only_leaf = leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes()
    with trustme.Blob(only_leaf).tempfile() as path:
        context.load_cert_chain(path)
    with Loopback(GOOD, context) as server:
        refuses(connect(server.url), server, "unable to get local issuer certificate")


def test_full_chain_with_intermediate_is_accepted(authority: trustme.CA, connect: Connect) -> None:
    leaf = authority.create_child_ca().issue_cert("127.0.0.1")
    with Loopback(GOOD, context_of(leaf)) as server:
        assert connect(server.url).document("1").id == DOCUMENT["id"]


def test_T5_name_only_in_the_common_name(connect: Connect, tmp_path: Path) -> None:
    context, own_ca = _own_certificate(tmp_path, san=False)
    with Loopback(GOOD, context) as server:
        refuses(connect(f"https://localhost:{server.port}", ca_bundle=own_ca), server, "certificate of localhost")


def test_T6_old_protocols_only(authority: trustme.CA, connect: Connect) -> None:
    context = context_of(authority.issue_cert("127.0.0.1"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with Loopback(GOOD, context) as server:
        refuses(connect(server.url), server, "does not speak TLS 1.2 or newer")


def test_T6_tls_1_2_is_enough(authority: trustme.CA, connect: Connect) -> None:
    context = context_of(authority.issue_cert("127.0.0.1"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with Loopback(GOOD, context) as server:
        assert connect(server.url).document("1").progress == "COMPLETED"


def test_T7_verification_cannot_be_switched_off(serve: Serve, connect: Connect) -> None:
    client = connect(serve(GOOD).url)
    with pytest.raises(TypeError, match="verify"):
        Client(TrustedAccess("client", SECRET), verify=False)  # type: ignore[call-arg]
    session = client._transport._session
    with pytest.raises(AttributeError, match="always verified"):
        session.verify = False
    with Loopback(GOOD, context_of(trustme.CA().issue_cert("127.0.0.1"))) as rogue:
        adapter = connect(rogue.url)._transport._session.get_adapter(f"{rogue.url}/")
        adapter.cert_verify(None, rogue.url, verify=False, cert=None)
        assert adapter._context.verify_mode is ssl.CERT_REQUIRED
        assert adapter._context.check_hostname is True


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_T8_environment_cannot_widen_an_explicit_trust(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    rogue = trustme.CA()
    monkeypatch.setenv(variable, ca_file(rogue, tmp_path, "rogue.pem"))
    with Loopback(GOOD, context_of(rogue.issue_cert("127.0.0.1"))) as server:
        refuses(connect(server.url), server, "unable to get local issuer certificate")


def test_T8_environment_in_use_is_shown(
    authority: trustme.CA, trusted: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", trusted)
    with Loopback(GOOD, context_of(authority.issue_cert("127.0.0.1"))) as server:
        client = connect(server.url, ca_bundle=None)
        assert client.document("1")
        assert client.diagnostics()["ca"] == f"{trusted} (from REQUESTS_CA_BUNDLE)"


def test_ca_bundle_may_be_a_folder_or_the_system(serve: Serve, connect: Connect, tmp_path: Path) -> None:
    server = serve(GOOD)
    with pytest.raises(CertificateRefused):
        connect(server.url, ca_bundle=str(tmp_path)).document("1")
    with pytest.raises(CertificateRefused):
        connect(server.url, ca_bundle="system").document("1")


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_ca_bundle_that_is_none(connect: Connect, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with pytest.raises(SettingError, match=r"does not exist|holds no certificate in PEM form"):
        connect("https://127.0.0.1:1", ca_bundle=path)


def test_T9_netrc_is_never_read(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password canary-netrc\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    server = serve(GOOD)
    connect(server.url).document("1")
    assert b"Authorization: Basic Y2xpZW50Om" in server.requests[0]
    assert server.requests[0].count(b"Authorization") == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_T10_redirects_are_never_followed(serve: Serve, connect: Connect, status: int, scheme: str) -> None:
    context = None if scheme == "http" else ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with Loopback(GOOD, context) as elsewhere:
        server = serve(says(answer(status, Location=f"{scheme}://127.0.0.1:{elsewhere.port}/documents")))
        with pytest.raises(RequestRefused, match="points elsewhere, which is never followed") as caught:
            connect(server.url).upload(b"an invoice", name="a.txt")
        assert caught.value.status == status
        assert elsewhere.connections == 0
        assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("named", ["host", "port", "scheme-relative"])
def test_T11_the_user_identifier_reaches_no_other_host(
    authority: trustme.CA, serve: Serve, connect: Connect, status: int, named: str
) -> None:
    # Nothing but the promise keeps the client away: the other host has a certificate that it trusts.
    with Loopback(GOOD, context_of(authority.issue_cert("127.0.0.1", "localhost"))) as elsewhere:
        start = {"host": "https://localhost", "port": "https://127.0.0.1", "scheme-relative": "//localhost"}[named]
        server = serve(says(answer(status, Location=f"{start}:{elsewhere.port}/documents/1")))
        client = connect(server.url)
        for call in (lambda: client.document("1"), client.documents, lambda: client.extractions("1")):
            with pytest.raises(RequestRefused, match="never followed"):
                call()
        assert all(b"X-User-Identifier: user-1" in request for request in server.requests)
        assert (len(server.requests), elsewhere.connections, elsewhere.received) == (3, 0, b"")


@pytest.mark.parametrize("status", [307, 308])
def test_T12_an_invoice_is_not_sent_again_to_another_host(
    authority: trustme.CA, serve: Serve, connect: Connect, status: int
) -> None:
    with Loopback(GOOD, context_of(authority.issue_cert("127.0.0.1"))) as elsewhere:
        server = serve(says(answer(status, Location=f"https://127.0.0.1:{elsewhere.port}/documents")))
        client = connect(server.url)
        feedback = {"iban": "DE89370400440532013000"}
        for send in (
            lambda: client.upload(b"an invoice", name="a.txt"),
            lambda: client.upload_partial(b"an invoice", name="a.txt"),
            lambda: client.send_feedback("1", feedback),
        ):
            with pytest.raises(RequestRefused, match="never followed"):
                send()
        assert sum(b"an invoice" in request for request in server.requests) == 2
        assert (len(server.requests), elsewhere.connections, len(elsewhere.received)) == (3, 0, 0)


def test_T14_rebound_name_is_caught_by_its_certificate(
    authority: trustme.CA, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Loopback(GOOD, context_of(authority.issue_cert("evil.test"))) as server:
        resolve(monkeypatch, "pay-api.test", [(socket.AF_INET, "127.0.0.1")])
        client = connect(f"https://pay-api.test:{server.port}")
        refuses(client, server, "not valid for 'pay-api.test'")


def _own_certificate(folder: Path, *, san: bool) -> tuple[ssl.SSLContext, str]:
    """A self-signed certificate for localhost, with or without the name where it belongs."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(days_from_now(-1))
        .not_valid_after(days_from_now(1))
    )
    if san:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    else:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    own_ca = folder / "own.pem"
    own_ca.write_bytes(pem)
    both = folder / "both.pem"
    both.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + pem
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, str(own_ca)


def _pin_of(leaf: trustme.LeafCert) -> str:
    der = ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode())
    return key_pin(der)


def test_T17_pins_accept_the_right_key_and_no_other(authority: trustme.CA, connect: Connect) -> None:
    leaf, other = authority.issue_cert("127.0.0.1"), authority.issue_cert("127.0.0.1")
    spare = _pin_of(trustme.CA().issue_cert("127.0.0.1"))
    with Loopback(GOOD, context_of(leaf)) as server:
        assert connect(server.url, pins=[_pin_of(leaf), spare]).document("1")
    with Loopback(GOOD, context_of(other)) as server:
        refuses(connect(server.url, pins=[_pin_of(leaf), spare]), server, r"none of the pinned ones.*add the pin of")
        connect(server.url).document("1")


@pytest.mark.parametrize(
    ("pins", "match"),
    [
        (["zEVdOCzXU8euGVuMJYPr3DUU/d1CaKevtr0dW0XzZNo="], "Give at least two pins"),
        ("zEVdOCzXU8euGVuMJYPr3DUU/d1CaKevtr0dW0XzZNo=", "Give at least two pins"),
        (["zEVdOCzXU8euGVuMJYPr3DUU/d1CaKevtr0dW0XzZNo=", "sha256/x"], "'sha256/x' is no pin"),
    ],
)
def test_T17_pins_that_would_break(connect: Connect, pins: object, match: str) -> None:
    with pytest.raises(SettingError, match=match):
        connect("https://127.0.0.1:9", pins=pins)


def test_T8_the_environment_can_be_kept_from_naming_authorities(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rogue = trustme.CA()
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "GINI_CA_FILE"):
        monkeypatch.setenv(variable, ca_file(rogue, tmp_path, "rogue.pem"))
    with Loopback(GOOD, context_of(rogue.issue_cert("127.0.0.1"))) as server:
        client = connect(server.url, ca_bundle="certifi")
        refuses(client, server, "unable to get local issuer certificate")
        assert client.diagnostics()["ca"] == f"{DEFAULT_CA_BUNDLE_PATH} (from ca_bundle, which says certifi)"
        # Without the word, the variable counts: this is what it is for.
        assert connect(server.url, ca_bundle=None).document("1")


def test_T58_an_authority_that_is_put_into_the_file_later_is_not_believed(
    serve: Serve, connect: Connect, trusted: str, tmp_path: Path
) -> None:
    bundle, rogue = tmp_path / "authorities.pem", trustme.CA()
    bundle.write_bytes(Path(trusted).read_bytes())
    server = serve(GOOD)
    with Loopback(GOOD, context_of(rogue.issue_cert("127.0.0.1"))) as other:
        client, theirs = connect(server.url, ca_bundle=str(bundle)), connect(other.url, ca_bundle=str(bundle))
        bundle.write_bytes(rogue.cert_pem.bytes())
        refuses(theirs, other, "unable to get local issuer certificate")
        assert client.document("1").id
