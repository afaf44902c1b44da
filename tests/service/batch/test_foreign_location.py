"""A run whose service, or whatever answers for it, names documents at another host."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gini_notebook.service.batch import BatchSettings, process
from gini_notebook.service.batch.ledger import Ledger
from tests.service.batch.conftest import letter

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.client import Client

PATIENT = BatchSettings(quarantine_s=2.0, grace_s=0.5)


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_R5_R28_T13_a_run_follows_no_foreign_address_and_finds_the_document_in_the_list(
    client: "Client", unhurt: "Sandbox", invoices_of: Callable[..., Path], tmp_path: Path, share: float
) -> None:
    folder = invoices_of(count=6)
    inputs = {path.stem: path for path in folder.iterdir()} | {"pages": letter(tmp_path / "pages", "a", 77)}
    unhurt.set_faults({"POST /documents": {"foreign-location": share}}, seed=1)
    began = len(unhurt.requests())
    batch = process(client, inputs, to=tmp_path / "run", settings=PATIENT)
    posts = [one for one in unhurt.requests()[began:] if one.method == "POST"]
    assert batch.documents["status"].tolist() == ["completed"] * 7
    # Each was sent once: what is at a foreign address is looked for, neither believed nor sent again.
    assert len(posts) == 6 + 2 + 1
    assert len(unhurt.stored()[batch.user]) == 9
    assert batch.surplus.empty
    with Ledger(tmp_path / "run", read_only=True) as ledger:
        unclear = ledger.rows("SELECT count(*) FROM uploads WHERE unknown_at IS NOT NULL")[0][0]
    assert unclear == 9 if share == 1.0 else 0 < unclear < 9
