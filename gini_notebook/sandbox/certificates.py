"""A throw-away certificate authority: TLS that a client can really verify, on this machine only."""

import datetime
import ssl
from pathlib import Path

import trustme

NAMES = ("localhost", "127.0.0.1", "::1")


def write_certificates(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make an authority and a certificate for this machine.

    Parameters
    ----------
    folder
        Where the authority's certificate goes; it must be readable by this user only. The private keys stay in memory
        (Python's ``ssl`` needs a file for a moment; trustme removes it again).

    Returns
    -------
    tuple of Path and ssl.SSLContext
        The authority's certificate, which clients must trust, and what the server needs.
    """
    life = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=30)
    authority = trustme.CA(organization_name="gini_notebook sandbox")
    leaf = authority.issue_cert(*NAMES, common_name="localhost", not_after=life)
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    leaf.configure_cert(context)
    return ca_file, context
