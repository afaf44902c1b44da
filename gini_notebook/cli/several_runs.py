"""Commands over several stored evaluations: ``compare`` two, ``history`` of many."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gini_notebook._files import replacing
from gini_notebook.cli.analysis import loaded
from gini_notebook.cli.application import CANNOT_TELL, DID_IT, FINISHED_WITH_FAILURES, app
from gini_notebook.cli.output import as_json, changed_documents, difference_table, records, say, table
from gini_notebook.cli.report_options import VALUES_HELP, Language, Values
from gini_notebook.cli.runs import Cluster, ConfidenceLevel, Json
from gini_notebook.errors import SettingError

if TYPE_CHECKING:
    import pandas as pd

    from gini_notebook.analysis.comparison import Comparison
    from gini_notebook.analysis.history import History


@app.command(
    epilog="Examples: gini-notebook compare baseline.zip new.zip --out differences.csv · "
    "gini-notebook compare baseline.zip new.zip --no-worse-than 0.005 --report differences.html"
)
def compare(  # noqa: PLR0913 - options, all by keyword
    first: Annotated[Path, typer.Argument(help="The result to compare with, kept by evaluate --out.")],
    second: Annotated[Path, typer.Argument(help="The result of the other configuration, same documents.")],
    *,
    out: Annotated[Path | None, typer.Option(help="Write all columns here, as .csv.")] = None,
    report: Annotated[
        list[Path] | None,
        typer.Option(help="Write a report here: .html, .xlsx, .md, .xml (JUnit) or .json. May be repeated."),
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of the report.")] = Language.en,
    values: Annotated[
        Values | None, typer.Option(help=f"{VALUES_HELP} By default masked in .md, full else.", show_default=False)
    ] = None,
    no_worse_than: Annotated[
        float | None,
        typer.Option(
            help="Exit with 0 if F1 (micro) is no worse by more than this, with 1 if it is worse, with 4 if these "
            "documents cannot tell."
        ),
    ] = None,
    cluster: Cluster = None,
    confidence_level: ConfidenceLevel = 0.95,
    json: Json = False,
) -> None:
    """Say field by field whether the second result is better than the first, with intervals and p-values.

    A document is fixed if nothing in its header fields is wrong in the second result only, broken if in the first only.
    """
    from gini_notebook.analysis.comparison import compare as compare_results
    from gini_notebook.analysis.comparison.verdicts import IS_WORSE, NOT_WORSE, margin_sentence
    from gini_notebook.analysis.report import check_comparison_form

    for path in report or ():
        check_comparison_form(path)
    comparison = compare_results(loaded(first), loaded(second), cluster=cluster)
    fields = comparison.by_field(confidence_level=confidence_level, full=True)
    verdict = comparison.verdict(confidence_level=confidence_level)
    margin = None
    if no_worse_than is not None:
        margin = comparison.no_worse_than(no_worse_than, confidence_level=confidence_level)
    if out is not None:
        with replacing(out) as written:
            fields.to_csv(written, index=False)
    for path in report or ():
        comparison.save_report(
            path,
            language=language.value,
            confidence_level=confidence_level,
            values=None if values is None else values.value,
            no_worse_than=no_worse_than,
        )
    if json:
        as_json(_answer(comparison, fields, verdict, margin))
    else:
        _say_comparison(comparison, fields)
        say(verdict)
        for row in [] if margin is None else [row for _, row in margin.iterrows()]:
            say(margin_sentence(row, confidence_level))
        for kind in ("fixed", "broken"):
            say(changed_documents(kind, getattr(comparison, kind)))
        for path in filter(None, (out, *(report or ()))):
            say(f"Written: {path}")
    if margin is not None:
        raise typer.Exit({NOT_WORSE: DID_IT, IS_WORSE: FINISHED_WITH_FAILURES}.get(margin.attrs["answer"], CANNOT_TELL))


def _answer(
    comparison: "Comparison", fields: "pd.DataFrame", verdict: str, margin: "pd.DataFrame | None"
) -> dict[str, object]:
    """Return the comparison for programs."""
    changed = {kind: getattr(comparison, kind)["document"].tolist() for kind in ("fixed", "broken")}
    answer: dict[str, object] = {"fields": records(fields), "verdict": verdict, "documents": changed}
    answer["unpaired"] = {"first": list(comparison.only_a), "second": list(comparison.only_b)}
    if margin is not None:
        answer["no_worse_than"] = {"answer": margin.attrs["answer"], "groups": records(margin)}
    return answer


def _say_comparison(comparison: "Comparison", fields: "pd.DataFrame") -> None:
    for note in comparison.notes:
        say(f"Note: {note.text} {note.shell_advice}")
    say(difference_table(fields))
    say()


class Order(StrEnum):
    """In which order runs stand."""

    made_at = "made_at"
    given = "given"


CHART_FORMS = (".svg", ".png", ".pdf")
_SHOWN = {
    "run": "run",
    "date": "date",
    "value": "value",
    "low": "from",
    "high": "to",
    "limit_low": "limit from",
    "limit_high": "limit to",
    "values": "of",
    "alarm": "stands out",
    "break": "line broken by",
}


@app.command(
    epilog='Examples: gini-notebook history "runs/*/evaluation.zip" --file history.jsonl --report trend.html · '
    'gini-notebook history --file history.jsonl --metric payable_rate --mark "2026-11-29=new scanner"'
)
def history(  # noqa: PLR0913 - options, all by keyword
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            help='Stored evaluations, such as "runs/*/evaluation.zip", or a history file.', show_default=False
        ),
    ] = None,
    *,
    file: Annotated[
        Path | None,
        typer.Option(help="Keep one line per run here, .jsonl: new runs are added, known ones not read again."),
    ] = None,
    mark: Annotated[
        list[str] | None,
        typer.Option(help='What has changed, and when: "2026-11-29=new scanner". Kept in --file. May be repeated.'),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            help="payable_rate, perfect_documents, coverage, micro_f1 (by default these four), micro_precision or "
            "micro_recall. May be repeated."
        ),
    ] = None,
    by: Annotated[Order, typer.Option(help="Order by time, or as given.")] = Order.made_at,
    baseline: Annotated[int, typer.Option(help="Of how many first runs centre and limits are made.")] = 20,
    ewma: Annotated[bool, typer.Option("--ewma", help="Also look for slow drift, by a moving average.")] = False,
    chart: Annotated[Path | None, typer.Option(help="Draw the first metric here: .svg, .png or .pdf.")] = None,
    report: Annotated[
        list[Path] | None, typer.Option(help="Write a report here: .html, .xlsx, .md or .json. May be repeated.")
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of chart and report.")] = Language.en,
    json: Json = False,
) -> None:
    """Put runs in the order of time, and say which differ by more than chance. Limits have the document as unit."""
    from gini_notebook.analysis.history import history as history_of
    from gini_notebook.analysis.history.records import SHARES
    from gini_notebook.analysis.report import check_history_form

    if not runs and file is None:
        raise SettingError('Name stored evaluations, such as "runs/*/evaluation.zip", or a history file with --file.')
    for path in report or ():
        check_history_form(path)
    if chart is not None and chart.suffix.lower() not in CHART_FORMS:
        message = f"A chart cannot be written as {chart.name!r}; let the name end in one of {', '.join(CHART_FORMS)}."
        raise SettingError(message)
    marks = [_mark(text) for text in mark or ()]
    metrics = tuple(metric or ("micro_f1", *SHARES))
    found = history_of(
        [*(runs or filter(None, [file]))], file=file, by=by.value, metrics=metrics, baseline=baseline, ewma=ewma
    )
    for date, text in marks:
        found = found.mark(date, text)
    if chart is not None:
        _draw(found, metrics[0], chart, language)
    for path in report or ():
        found.save_report(path, language=language.value)
    if json:
        as_json({"runs": _plain(found.table()), "fields": _plain(found.by_field()), "changes": _plain(found.changes())})
        return
    _say_runs(found)
    for written in filter(None, (file, chart, *(report or ()))):
        say(f"Written: {written}")


def _mark(text: str) -> tuple[str, str]:
    date, sign, what = text.partition("=")
    if not sign or not date.strip() or not what.strip():
        message = f'Cannot read --mark {text!r}; write a day and what has changed: "2026-11-29=new scanner".'
        raise SettingError(message)
    return date.strip(), what.strip()


def _draw(found: "History", metric: str, path: Path, language: Language) -> None:
    figure = found.plot(metric, language=language.value).get_figure(root=True)
    assert figure is not None  # noqa: S101 - for the checker of types
    with replacing(path) as written:
        figure.savefig(written)


def _say_runs(found: "History") -> None:
    """Print of each metric its runs, what they come to, and what the limits are."""
    from gini_notebook.analysis.report.past import PastWords
    from gini_notebook.analysis.report.texts import Format
    from gini_notebook.analysis.report.trend import trend

    whole = found.table()
    for chart in trend(whole, PastWords(Format("en"))).more.get("charts", ()):
        rows = whole[(whole["metric"] == chart["metric"]) & whole["value"].notna()]
        shown = rows[list(_SHOWN)].assign(date=rows["date"].dt.strftime("%Y-%m-%d"))
        empty = [name for name in ("limit_low", "limit_high") if shown[name].isna().all()]
        empty += [name for name in ("alarm", "break") if (shown[name] == "").all()]
        say(f"{chart['name']}")
        say(table(shown.drop(columns=empty).rename(columns=_SHOWN), spare=("from", "to")))
        for sentence in chart["told"]:
            say(sentence)
        say()


def _plain(frame: Any) -> list[dict[str, Any]]:
    texts = {name: frame[name].astype(str) for name in frame.columns if name == "date"}
    return records(frame.assign(**texts))
