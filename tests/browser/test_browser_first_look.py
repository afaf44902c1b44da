"""The session of the README in a real JupyterLab, up to the explorer: the picture of the README is taken here."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from lab_server import NotebookPage

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

DOCUMENTS = (
    "craftsman_electric.pdf",
    "doctor_practice.pdf",
    "hotel_transfer.pdf",
    "insurance_car.pdf",
    "letter_plain.pdf",
    "shop_invoice.pdf",
    "slip_donation.pdf",
)
FIELDS = ["amountToPay", "iban", "bic", "paymentRecipient", "paymentReference", "paymentDueDate"]


def test_from_a_folder_to_the_explorer(
    notebook: Callable[..., NotebookPage], invoices: Path, tmp_path: Path, shots: Path
) -> None:
    for name in (*DOCUMENTS, "truth.jsonl"):
        shutil.copy(invoices / name, tmp_path)
    opened = notebook(
        "import warnings\nwarnings.simplefilter('ignore')\n"
        "import gini_notebook as gini\n"
        "client = gini.login(gini.Sandbox(processing_time_s=0, engine='keywords-only'))\n"
        f"batch = gini.process(client, {str(tmp_path)!r}, to={str(tmp_path / 'run')!r}, progress=False)\n"
        f"result = gini.evaluate(batch, gini.read_truth({str(tmp_path / 'truth.jsonl')!r}), fields={FIELDS!r})",
        f"gini.explore(result, documents={str(tmp_path)!r})",
    )
    opened.page.set_viewport_size({"width": 1600, "height": 950})
    opened.run(0)
    output = opened.run(1)
    expect(output.get_by_role("img").first).to_be_visible(timeout=30_000)
    opened.page.wait_for_timeout(700)
    output.screenshot(path=shots / "readme_explorer.png")
