"""Ground truth from e-invoices, told apart by their root: CII (ZUGFeRD, Factur-X, XRechnung), UBL, ebInterface."""

from collections.abc import Callable, Mapping

from gini_notebook.analysis.truth.einvoice.cii import cii_labels
from gini_notebook.analysis.truth.einvoice.ebinterface import VERSIONS, ebinterface_labels
from gini_notebook.analysis.truth.einvoice.nodes import Element
from gini_notebook.analysis.truth.einvoice.safe_xml import parse
from gini_notebook.analysis.truth.einvoice.ubl import ubl_labels
from gini_notebook.analysis.truth.labels import Labels
from gini_notebook.errors import TruthError

__all__ = ["einvoice_labels"]

_READERS: Mapping[str, Callable[[Element, str], Labels]] = {
    "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice": cii_labels,
    "{urn:ferd:CrossIndustryDocument:invoice:1p0}CrossIndustryDocument": cii_labels,
    "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice": ubl_labels,
    "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote": ubl_labels,
    **{f"{{http://www.ebinterface.at/schema/{version}/}}Invoice": ebinterface_labels for version in VERSIONS},
}


def einvoice_labels(content: bytes, document: str, where: str) -> Labels:
    """Read an e-invoice.

    Parameters
    ----------
    content
        The XML.
    document
        The document the labels belong to.
    where
        What to call the XML in messages.

    Raises
    ------
    TruthError
        If it is refused as hostile, not well-formed, or no e-invoice that is known here.
    """
    root = parse(content, where)
    reader = _READERS.get(str(root.tag))
    if reader is None:
        namespace, _, name = str(root.tag).rpartition("}")
        message = (
            f"{where} is XML, but no e-invoice: its root is {name!r} in the namespace {namespace[1:] or None!r}. "
            "Read are CII (CrossIndustryInvoice, CrossIndustryDocument), UBL (Invoice, CreditNote) and ebInterface "
            "4.3 to 6.1 (Invoice)."
        )
        raise TruthError(message)
    return reader(root, document)
