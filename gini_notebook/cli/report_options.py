"""What is written of an evaluation: the options of all commands that report, written down once.

``report``, ``evaluate`` and ``run`` take the same options; they are those of
:func:`gini_notebook.analysis.report.save_report`.
"""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gini_notebook.cli.output import complain, say
from gini_notebook.cli.truth_options import with_options
from gini_notebook.errors import SettingError

if TYPE_CHECKING:
    from gini_notebook.analysis.comparison import Comparison
    from gini_notebook.analysis.evaluation import Evaluation
    from gini_notebook.analysis.evaluation.costs import Costs, CostsByField
    from gini_notebook.analysis.evaluation.gate import Checks
    from gini_notebook.analysis.history import History
    from gini_notebook.interactive.page_excerpts import PageExcerpts

FORMS = ".html, .xlsx, .md, .xml (JUnit), .txt (OpenMetrics) or .json"
VALUES_HELP = "Values in tables of a report: as they are, masked (DE25 … 3676, G… M…), or none at all."
_JOB_SUMMARY = "GITHUB_STEP_SUMMARY"


class Language(StrEnum):
    """The languages of a report."""

    en = "en"
    de = "de"


class Documents(StrEnum):
    """Which documents have a test case of their own."""

    failed = "failed"
    all = "all"


class Values(StrEnum):
    """How values of documents stand in tables."""

    full = "full"
    masked = "masked"
    none = "none"


_OPTIONS: dict[str, tuple[Any, Any]] = {
    "language": (Annotated[Language, typer.Option(help="Language of the report.")], Language.en),
    "title": (Annotated[str | None, typer.Option(help="What stands on top of the report.")], None),
    "by": (
        Annotated[
            list[str] | None,
            typer.Option(help="A column of the documents table to slice the report by. May be repeated."),
        ],
        None,
    ),
    "baseline": (
        Annotated[
            Path | None,
            typer.Option(
                help="An earlier result of the same documents, kept by evaluate --out: the report says what changed."
            ),
        ],
        None,
    ),
    "history": (
        Annotated[
            str | None,
            typer.Option(
                help='Earlier runs: a history file, or stored evaluations such as "runs/*/evaluation.zip". The report '
                "says whether numbers move, and lists the runs."
            ),
        ],
        None,
    ),
    "junit_documents": (
        Annotated[
            Documents | None,
            typer.Option(help="In JUnit, also a case per document: of those that failed, or of all."),
        ],
        None,
    ),
    "raw": (
        Annotated[bool, typer.Option("--raw", help="In a workbook, also the tables with the names of Python.")],
        False,
    ),
    "values": (
        Annotated[
            Values | None,
            typer.Option(help=f"{VALUES_HELP} By default as they are; masked in a notebook.", show_default=False),
        ],
        None,
    ),
    "pages": (
        Annotated[
            Path | None,
            typer.Option(help="The folder of the documents: HTML shows the places of mistakes, all else blanked."),
        ],
        None,
    ),
    "mask": (
        Annotated[
            bool, typer.Option("--mask/--no-mask", help="In excerpts, blank what stands around the value, or show it.")
        ],
        True,
    ),
    "whole_pages": (
        Annotated[
            bool,
            typer.Option(
                "--whole-pages",
                help="Also show, small, the first page of documents with missing values. Needs --pages and --no-mask.",
            ),
        ],
        False,
    ),
    "cost": (
        Annotated[
            list[str] | None,
            typer.Option(
                help='What one mistake costs, in any currency: "wrong=50", "missing=2", "spurious=10"; of one field, '
                'with no cost for others: "iban.wrong=50". May be repeated.'
            ),
        ],
        None,
    ),
    "job_summary": (
        Annotated[
            bool,
            typer.Option("--job-summary", help=f"Append the report as Markdown to the file that {_JOB_SUMMARY} names."),
        ],
        False,
    ),
    "annotations": (
        Annotated[
            bool,
            typer.Option("--annotations", help="Print each condition that is not met as an error of a job on GitHub."),
        ],
        False,
    ),
}


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """The options as they were given; ``write`` writes with them."""

    language: Language = Language.en
    title: str | None = None
    by: Sequence[str] | None = None
    baseline: Path | None = None
    history: str | None = None
    junit_documents: Documents | None = None
    raw: bool = False
    values: Values | None = None
    pages: Path | None = None
    mask: bool = True
    whole_pages: bool = False
    cost: Sequence[str] | None = None
    job_summary: bool = False
    annotations: bool = False

    def check(self, paths: Sequence[Path]) -> None:
        """Refuse what can only fail after all the work: no such form, files that cannot be read."""
        from gini_notebook.analysis.report import writer_of
        from gini_notebook.analysis.report.disclosure import check_disclosure

        for path in paths:
            writer_of(path)
        shown = {"raw": self.raw, "mask": self.mask, "whole_pages": self.whole_pages}
        check_disclosure(self._values, self._excerpts(), **shown)
        costs_of(self.cost or ())
        if self.baseline is not None:
            self._loaded(self.baseline)
        self._runs()

    def write(
        self, result: "Evaluation", paths: Sequence[Path], checks: "Checks | None", how: Mapping[str, Any]
    ) -> None:
        """Write the reports, the summary of a job, and the annotations.

        Parameters
        ----------
        result
            The evaluation.
        paths
            Where to.
        checks
            The conditions that were checked.
        how
            How intervals are made.
        """
        from gini_notebook.analysis.report import annotations, render_report, save_report

        options = {
            "language": self.language.value,
            "title": self.title,
            "by": self.by or (),
            "fail_under": [one.expression for one in checks or ()],
            "values": self._values,
            "pages": self._excerpts(),
            "mask": self.mask,
            "whole_pages": self.whole_pages,
            "costs": costs_of(self.cost or ()),
            "baseline": self._compared(result) if paths or self.job_summary else None,
            "history": self._runs() if paths else None,
            **how,
        }
        for path in paths:
            documents = None if self.junit_documents is None else self.junit_documents.value
            save_report(result, path, documents=documents, raw=self.raw, **options)
        if self.job_summary:
            _append_to_job_summary(render_report(result, ".md", budget="summary", **options))
        if self.annotations:
            for line in annotations(checks or (), how["confidence_level"]):
                say(line)

    def write_notebook(self, evaluation: Path, path: Path) -> None:
        """Write the report as a notebook, and say so where it has no outputs.

        Parameters
        ----------
        evaluation
            The file that the notebook loads.
        path
            Where to.
        """
        from gini_notebook.interactive.report_notebook import write_report_notebook

        options: dict[str, Any] = {
            "baseline": self.baseline,
            "history": self.history,
            "language": self.language.value,
            "pages": self.pages,
            "values": "masked" if self.values is None else self.values.value,
            "by": next(iter(self.by or ()), None),
        }
        if not write_report_notebook(path, evaluation, **options):
            complain(
                f'{path} was not run: papermill is not installed. Get it with pip install "gini-notebook[report]".'
            )

    @property
    def _values(self) -> str:
        return Values.full.value if self.values is None else self.values.value

    def _excerpts(self) -> "PageExcerpts | None":
        if self.pages is None:
            return None
        from gini_notebook.interactive.page_excerpts import PageExcerpts

        return PageExcerpts(self.pages)

    def _compared(self, result: "Evaluation") -> "Comparison | None":
        if self.baseline is None:
            return None
        from gini_notebook.analysis.comparison import compare

        return compare(self._loaded(self.baseline), result)

    def _runs(self) -> "History | None":
        if self.history is None:
            return None
        from gini_notebook.analysis.history import history

        return history(self.history)

    @staticmethod
    def _loaded(path: Path) -> "Evaluation":
        from gini_notebook.analysis.evaluation import Evaluation

        return Evaluation.load(path)


def costs_of(given: Sequence[str]) -> "Costs | CostsByField | None":
    """Read what mistakes cost: of every header field, or of each field by itself; None if nobody says.

    Raises
    ------
    SettingError
        If one cannot be read, or some are of a field and some of all.
    """
    of_all: dict[str, float] = {}
    by_field: dict[str, dict[str, float]] = {}
    for text in given:
        name, _, number = text.rpartition("=")
        field, _, outcome = name.strip().rpartition(".")
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if not outcome or math.isnan(value):
            message = f'Cannot read --cost {text!r}; write "wrong=50", or of one field "iban.wrong=50".'
            raise SettingError(message)
        (by_field.setdefault(field, {}) if field else of_all)[outcome] = value
    if of_all and by_field:
        message = "Some costs are of one field, some of all. Name a field with each --cost, or with none."
        raise SettingError(message)
    return of_all or by_field or None


def _append_to_job_summary(text: bytes) -> None:
    path = os.environ.get(_JOB_SUMMARY)
    if not path:
        complain(f"{_JOB_SUMMARY} is not set, so there is no summary of a job to append to.")
        return
    with Path(path).open("ab") as file:
        file.write(text)


def writes_reports(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options, which it gets together as its argument ``reporting``."""
    return with_options(command, "reporting", ReportOptions, _OPTIONS)
