"""A German report is German throughout, also where notes, causes and sources come into its sentences."""

import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from lxml import html

from gini_notebook._german import told_of_pages_in_german
from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.history import history
from gini_notebook.analysis.report import save_report
from gini_notebook.analysis.report.headings import SETTINGS
from gini_notebook.analysis.truth import read_truth
from gini_notebook.interactive.page_drawing import GUESS
from gini_notebook.notes import KINDS, Note
from tests.analysis.report.report_samples import Tables, rows

ENGLISH = re.findall(
    r"\w+",
    """the of and with more first header sums hidden sheet column truncated extended another field row wrong missing
spurious amounts numbers dates percentages understood native scanned not is are be by unlabelled empty cell both other
nearest label labelled what which run truth values""",
)
DOCUMENTS = 40


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """A result of scans and others, against a workbook as people write them, with as many notes as come together."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Belege"
    sheet.append(["Unsere Rechnungen"])
    sheet.append(
        ["Dateiname", "Rechnungsbetrag", "Fällig am", "Empfänger", "Verwendungszweck", "ibam", "Notiz", "Intern"]
    )
    found, documents = [], []
    for at in range(DOCUMENTS):
        name = f"{at:02}.pdf"
        due = f"{at % 12 + 1:02}.{at % 12 + 1:02}.2025" if at else "31.12.2025"
        sheet.append([name, f"1.{at + 100},50 €", due, "Muster GmbH", f"Rechnung {at}", "x", "ja", "h"])
        recipient = "Muster" if at % 3 else "Muster GmbH und Partner"
        due_read = f"2025-{at % 12 + 1:02}-{at % 12 + 1:02}" if at else "2025-12-31"
        documents.append((name, "completed" if at else "failed", "SCANNED" if at % 2 else "NATIVE"))
        found += (
            []
            if not at
            else [
                (name, "", 0, "amountToPay", f"{at * 10 + 11000}.50:EUR" if at % 4 == 0 else f"1{at + 100}.50:EUR"),
                (name, "", 0, "paymentDueDate", due_read),
                (name, "", 0, "paymentRecipient", recipient),
                (name, "", 0, "bic", "COBADEFFXXX"),
                *[(name, "", 0, f"own{number}", "1") for number in range(9)],
            ]
        )
    sheet.append(["Summe", "50.000,00 €"])
    sheet.column_dimensions["H"].hidden = True
    book.create_sheet("Leer").append(["nichts"])
    path = tmp_path_factory.mktemp("truth") / "Sollwerte.xlsx"
    book.save(path)
    tables = Tables(
        rows(*found),
        pd.DataFrame(documents, columns=["document", "status", "source_classification"]).assign(error=None),
    )
    tables.service = "sandbox"
    tables.notes = (
        Note("scans_unread", detail="OCR is not installed"),
        Note("files_left_out", 3, detail="2 hidden, 1 unknown kind", examples=("a.docx",)),
    )
    return evaluate(tables, read_truth(path))


def texts_of(path: Path) -> str:
    if path.suffix == ".xlsx":
        sheets = openpyxl.load_workbook(path).worksheets
        cells = [str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value]
        comments = [cell.comment.text for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.comment]
        return "\n".join([*cells, *comments])
    if path.suffix == ".md":
        return re.sub(r"<[^>]*>", " ", path.read_text("utf-8"))
    page = html.parse(str(path)).getroot()
    for rules in page.xpath("//details[normalize-space(summary)='Regeln je Feld']"):
        rules.getparent().remove(rules)  # they stand there by their names in Python
    return "\n".join(page.xpath("//body//text()[not(ancestor::script or ancestor::style)]"))


def english_in(text: str) -> list[str]:
    return [
        text[max(found.start() - 40, 0) : found.end() + 40]
        for found in re.finditer(r"(?<![\w.\"'])[a-z]+(?![\w(=])", text.lower())
        if found[0] in ENGLISH
    ]


@pytest.mark.parametrize("ending", [".html", ".md", ".xlsx"])
def test_nothing_english_is_left_in_a_german_report_of_a_rich_run(
    rich: Evaluation, tmp_path: Path, ending: str
) -> None:
    kinds = {note.kind for note in rich.notes}
    assert kinds >= {
        *("sandbox", "scans_unread", "files_left_out", "documents_failed", "labelled_never", "notation_understood"),
        *("columns_understood", "columns_hidden", "rows_passed_over", "sheets_passed_over"),
        *("fields_left_out", "never_delivered"),
    }, sorted(kinds)
    path = save_report(rich, tmp_path / f"bericht{ending}", language="de", title="Bericht")
    text = texts_of(path)
    assert english_in(text) == []
    assert "….\n" not in text
    assert "…, …" not in text
    assert "OCR ist nicht installiert" in text
    assert "eine leere Zelle bedeuten: kein Sollwert" in text


def test_the_settings_have_german_names_and_values(rich: Evaluation, tmp_path: Path) -> None:
    page = html.parse(str(save_report(rich, tmp_path / "bericht.html", language="de"))).getroot()
    rows = page.xpath("//details[starts-with(normalize-space(summary), 'Prüfsummen')]//tbody/tr")
    said = {row.find("th").text_content(): row.find("td").text_content() for row in rows}
    assert said["Ein falscher Wert zählt gegen"] == "Präzision und Trefferquote"
    assert said["Zeilen werden gepaart nach"] == "Inhalt"
    assert said["Geantwortet hat"] == "Sandbox"
    assert not [name for name in said if name.islower() or "_" in name]
    known = {*rich.settings, *rich.provenance} - {"rules", "notes", "failed_without_truth"}
    assert [name for name in known if name not in SETTINGS] == []


def test_a_comparison_and_a_history_are_german_too(rich: Evaluation, tmp_path: Path) -> None:
    def again(run: str, **facts: str) -> Evaluation:
        return replace(rich, provenance={**rich.provenance, "run": run, **facts})

    comparison = compare(again("alt"), again("neu", tool_version="9"))
    runs = history([again("alt"), again("neu", truth_hash="0")], by="given", ewma=True)
    for report in (comparison, runs):
        for ending in (".html", ".md", ".xlsx"):
            text = texts_of(report.save_report(tmp_path / f"a{ending}", language="de"))
            assert english_in(text) == []
    assert "andere Sollwerte derselben Dokumente" in text
    notes = [line.get_text() for line in runs.plot("micro_f1", language="de").texts]
    assert "Linie unterbrochen: andere Sollwerte derselben Dokumente." in " ".join(notes)


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("a.pdf has no page 3; it has 2.", "a.pdf hat keine Seite 3; es hat 2."),
        (
            "a.pdf has no excerpt: the box lies beside the page.",
            "a.pdf hat keinen Ausschnitt: Das Rechteck liegt neben",
        ),
        (GUESS, "Rechtecke auf Bildern sind nach geschätzter Auflösung gesetzt."),
    ],
)
def test_what_is_said_of_pages_is_german(english: str, german: str) -> None:
    assert told_of_pages_in_german(english).startswith(german)


def test_what_to_do_stands_in_german_reports(rich: Evaluation, tmp_path: Path) -> None:
    for ending in (".html", ".xlsx"):
        text = texts_of(save_report(rich, tmp_path / f"bericht{ending}", language="de"))
        for kind in {note.kind for note in rich.notes}:
            assert KINDS[kind].german_advice in text


def test_causes_and_sources_have_german_names(rich: Evaluation, tmp_path: Path) -> None:
    text = texts_of(save_report(rich, tmp_path / "bericht.html", language="de"))
    assert "abgeschnitten" in text
    assert "Nach Quelle" in text
    book = openpyxl.load_workbook(save_report(rich, tmp_path / "bericht.xlsx", language="de"))
    sources = {row[1].value for row in book["Teilmengen"].iter_rows(min_row=2)}
    assert {"mit Textebene", "Scan"} <= sources
    assert {row[1].value for row in book["Ursachen"].iter_rows(min_row=2)} >= {"abgeschnitten", "mit Zusatz"}
    english = openpyxl.load_workbook(save_report(rich, tmp_path / "report.xlsx"))
    assert {row[1].value for row in english["Causes"].iter_rows(min_row=2)} >= {"truncated", "extended"}
