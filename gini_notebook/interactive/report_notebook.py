"""The report of an evaluation as a notebook: the one of this package, with parameters, run by papermill."""

import json
import os
from collections.abc import Mapping
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gini_notebook._files import replacing
from gini_notebook.errors import FileProblem, SettingError

_TEMPLATE = "report.ipynb"
_PARAMETERS, _INJECTED = "parameters", "injected-parameters"


def write_report_notebook(
    path: str | Path,
    evaluation: str | Path,
    *,
    baseline: str | Path | None = None,
    history: str | None = None,
    language: str = "en",
    pages: str | Path | None = None,
    values: str = "masked",
    by: str | None = None,
) -> bool:
    """Write the report of an evaluation as a notebook.

    Parameters
    ----------
    path
        Where to, ``.ipynb``.
    evaluation
        The file of an evaluation, kept by ``Evaluation.save`` or ``evaluate --out``.
    baseline
        That of an earlier result of the same documents.
    history
        Earlier runs: a history file, or a pattern of stored evaluations.
    language
        ``"en"`` or ``"de"``, for verdict, notes and pictures.
    pages
        The folder of the documents, whose places of mistakes are shown.
    values
        Values of documents, as of :func:`gini_notebook.analysis.report.render_report`.
    by
        A column of the documents table to slice by.

    Returns
    -------
    bool
        Whether it was run, with papermill (extra ``report``). Without it, the notebook has its parameters and no
        outputs: open it and run it.

    Raises
    ------
    SettingError
        If the name does not end in ``.ipynb``.
    FileProblem
        If a file is not there, or the notebook cannot be run; the message says which cell stopped and why.

    Examples
    --------
    >>> write_report_notebook("report.ipynb", "runs/baseline/evaluation.zip")  # doctest: +SKIP
    True
    """
    path = Path(path)
    if path.suffix.lower() != ".ipynb":
        message = f"A notebook cannot be written as {path.name!r}; let the name end in .ipynb."
        raise SettingError(message)
    for given in (evaluation, baseline):
        if given is not None and not Path(given).is_file():
            message = f"There is no evaluation at {given}; evaluate --out keeps one."
            raise FileProblem(message)
    parameters = {
        "evaluation": str(Path(evaluation).resolve()),
        "baseline": None if baseline is None else str(Path(baseline).resolve()),
        "history": None if history is None else os.path.abspath(history),  # noqa: PTH100 - it may be a pattern
        "language": language,
        "pages": None if pages is None else str(Path(pages).resolve()),
        "values": values,
        "by": by,
    }
    run = find_spec("papermill") is not None
    with replacing(path) as written:
        if run:
            _run(written, parameters)
        else:
            written.write_text(with_parameters(parameters), encoding="utf-8")
    return run


def _run(path: Path, parameters: Mapping[str, Any]) -> None:
    import papermill
    from papermill.exceptions import PapermillExecutionError

    template = files("gini_notebook.interactive") / _TEMPLATE
    try:
        papermill.execute_notebook(str(template), str(path), parameters=dict(parameters), progress_bar=False)
    except PapermillExecutionError as error:
        message = f"The notebook stopped in cell {error.cell_index + 1}: {error.ename}: {error.evalue}"
        raise FileProblem(message) from error


def with_parameters(parameters: Mapping[str, Any]) -> str:
    """Return the notebook with a cell that sets parameters, behind the one that names them, as papermill does.

    Parameters
    ----------
    parameters
        Texts, or None.
    """
    notebook = json.loads((files("gini_notebook.interactive") / _TEMPLATE).read_text("utf-8"))
    cells = notebook["cells"]
    place = next(at for at, cell in enumerate(cells) if _PARAMETERS in cell["metadata"].get("tags", []))
    source = "".join(f"{name} = {value!r}\n" for name, value in parameters.items()).rstrip("\n")
    cell = {
        **cells[place],
        "id": _INJECTED,
        "metadata": {"tags": [_INJECTED]},
        "source": source.splitlines(keepends=True),
    }
    notebook["cells"].insert(place + 1, cell)
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
