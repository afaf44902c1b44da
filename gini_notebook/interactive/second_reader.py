"""``checks``: what speaks for and against each value; the reader of the sandbox as a second one."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gini_notebook.analysis.automation import check_values
from gini_notebook.errors import FileProblem, SettingError
from gini_notebook.interactive.login import login
from gini_notebook.sandbox import Sandbox
from gini_notebook.service.batch import process

SANDBOX = "sandbox"


@dataclass(frozen=True)
class SandboxReading:
    """What the reader of the sandbox read: its tables, after the sandbox and its run folder are gone.

    Attributes
    ----------
    extractions, documents
        The tables of the run.
    service
        ``"sandbox"``.
    """

    extractions: pd.DataFrame
    documents: pd.DataFrame
    service: str = SANDBOX


def checks(batch: Any, second: Any = None, history: pd.DataFrame | None = None) -> pd.DataFrame:
    """Check every value that was read, without a confidence and without a label.

    Parameters
    ----------
    batch
        A batch, a table of extractions (document, field, value), or anything that has one as ``.extractions``, and
        perhaps ``.documents`` and ``.candidates``.
    second
        What another reader read in the same documents: a run with another configuration, another service's table of
        extractions. A run with the same settings is none: it repeats the mistakes. ``"sandbox"`` lets the reader of
        the sandbox, on this machine, read the files of the batch: free, and independent of the service, but a simple
        reader made for tests, whose disagreement often is its own mistake.
    history
        Who was paid before: a table with ``iban`` and ``paymentRecipient``.

    Returns
    -------
    pandas.DataFrame
        ``schema.CHECKS``: one row per document, field and check, with ``verdict`` (``passed``, ``failed`` or ``not
        checkable``), ``detail`` (why, in words, without values), and ``source_classification`` of the document. A
        column that you add, with one value per document, can be a slice of :func:`gini_notebook.automation`. The
        checks:

        - ``present``: the field was read (each field);
        - ``readers_agree``: the second reader read the same, by the rule of the field (each field);
        - ``iban_valid``: length, structure and check digits (mod 97);
        - ``bic_matches``: the BIC is of the bank that the IBAN names (by the lists of bank codes in schwifty);
        - ``one_iban``: no other valid IBAN among the candidates;
        - ``amount_payable``: positive, and in EUR;
        - ``amount_supported``: the largest or only amount among the candidates, a sum of two, that of the line items,
          or what is left after Skonto;
        - ``payee_known``: the history has this name at this account;
        - ``to_be_paid``: no credit note, neither paid nor collected (field ``""``);
        - ``pages_read``: no more than the ten pages that the service reads (field ``""``).

        ``attrs["notes"]`` says what to know, ``attrs["second"]`` who was the second reader.

    Raises
    ------
    SchemaError
        If a table lacks columns.
    SettingError
        If there is no document, or the second reader is the same run, has none of the documents, or differs in
        nothing.
    FileProblem
        If the sandbox shall read, and files of the batch are gone.

    Examples
    --------
    >>> read = pd.DataFrame({"document": "a.pdf", "field": ["iban"], "value": ["DE89 3704 0044 0532 0130 01"]})
    >>> found = checks(read).query("field == 'iban'")
    >>> found[["check", "verdict"]].head(3).values.tolist()
    [['present', 'passed'], ['readers_agree', 'not checkable'], ['iban_valid', 'failed']]
    """
    if isinstance(second, str):
        if second != SANDBOX:
            message = f"second is {second!r}; give a run, a table, or 'sandbox': 1 reader is known by name."
            raise SettingError(message)
        second = read_by_sandbox(batch)
    return check_values(batch, second, history)


def read_by_sandbox(batch: Any) -> SandboxReading:
    """Have the files of a batch read by a sandbox of its own.

    Raises
    ------
    SettingError
        If what is given has no files.
    FileProblem
        If some of the files are gone.
    """
    files = getattr(batch, "files", None)
    if not isinstance(files, Mapping) or not files:
        message = (
            f"The sandbox reads the files of a batch, and a {type(batch).__name__} has 0: give a batch, or a table "
            "that another reader made."
        )
        raise SettingError(message)
    if getattr(batch, "service", "") == SANDBOX:
        message = (
            f"These {len(files):,} documents were read by the sandbox, which is no second reader then. Give a run of "
            "Sandbox(engine='keywords-only'), or another service's table."
        )
        raise SettingError(message)
    gone = [name for name, paths in files.items() if not all(Path(path).is_file() for path in paths)]
    if gone:
        message = (
            f"The files of {len(gone):,} of {len(files):,} documents are gone, for example of {gone[0]!r}, so the "
            "sandbox cannot read them."
        )
        raise FileProblem(message)
    with tempfile.TemporaryDirectory() as folder, Sandbox(processing_time_s=0.0) as sandbox, login(sandbox) as client:
        run = process(client, files, to=Path(folder, "run"))
        return SandboxReading(run.extractions, run.documents)
