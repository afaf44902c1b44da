"""Pins: trust only certificates with known public keys, for those who must; nobody does by default."""

import re
import ssl
from base64 import b64encode
from collections.abc import Collection
from hashlib import sha256

from gini_notebook.errors import SettingError

_PIN = re.compile(r"[A-Za-z0-9+/]{43}=")


class WrongKey(ssl.SSLError):
    """The certificate is good, but its key is none of the pinned ones."""


def checked_pins(pins: Collection[str]) -> frozenset[str]:
    """Return the pins, if they are usable.

    A pin is the SHA-256 of a certificate's SPKI in base64. One alone is refused: on the day the service renews its
    key, every call would fail until somebody changes the program ("Getting started" of the service's client
    libraries prints pins that are long out of date).

    Raises
    ------
    SettingError
        If there is only one, or one is no pin.
    """
    found = frozenset([pins] if isinstance(pins, str) else pins)
    odd = next((pin for pin in found if not _PIN.fullmatch(pin)), None)
    if odd is not None:
        message = f"{odd!r} is no pin: give the SHA-256 of the public key (SPKI) in base64, 44 characters."
        raise SettingError(message)
    if len(found) == 1:
        raise SettingError("Give at least two pins, of the key in use and of the next one, or none.")
    return found


def key_pin(certificate: bytes) -> str:
    """Return the pin of a certificate in DER form."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import load_der_x509_certificate

    key = load_der_x509_certificate(certificate).public_key()
    return b64encode(sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()).decode()
