"""Ground truth from e-invoices: CII (ZUGFeRD, Factur-X, XRechnung) and UBL, as bare XML."""

from gini_notebook.analysis.truth.einvoice.reading import einvoice_labels

__all__ = ["einvoice_labels"]
