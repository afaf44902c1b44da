"""Tables as people keep them: what is understood is said, what can be understood in two ways is refused."""

import datetime
import json
import os
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from truth_samples import values

from gini_notebook.analysis.truth import Truth, read_truth
from gini_notebook.analysis.truth.document_names import paired
from gini_notebook.errors import SettingError, TruthError
from gini_notebook.notations import amount, day, number

SHARED = Path(os.environ.get("GINI_SHARED", Path(__file__).parents[4] / "shared"))


FIRST_HALF = ("Januar", "Februar", "März", "April", "Mai", "Juni")
SECOND_HALF = ("Juli", "August", "September", "Oktober", "November", "Dezember")


def table(folder: Path, text: str, name: str = "truth.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def kinds(truth: Truth) -> list[str]:
    return [note.kind for note in truth.notes]


def workbook(path: Path, *sheets: list[list[object]], **titles: str) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number_of_sheet, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Tabelle{number_of_sheet}")
        for row in rows:
            sheet.append(row)
    book.save(path)
    return book


# --- headers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("IBAN", "iban"),
        ("amount_to_pay", "amountToPay"),
        ("Rechnungsbetrag (EUR)", "amountToPay"),
        ("BETRAG", "amountToPay"),
        ("Zahlungsempfänger", "paymentRecipient"),
        ("Zahlungsempfaenger", "paymentRecipient"),
        ("Verwendungszweck", "paymentPurpose"),
        ("Rechnungs-Nr.", "paymentReference"),
        ("Fällig_am:", "paymentDueDate"),
        ("due date", "paymentDueDate"),
    ],
)
def test_M25_words_above_columns_are_understood_and_said(tmp_path, header, field):
    truth = read_truth(table(tmp_path, f"Dateiname;{header}\na.pdf;2025-04-11\n"), locale="de")
    assert truth["field"].tolist() == [field]
    (note,) = [note for note in truth.notes if note.kind == "columns_understood"]
    assert f"{header} → {field}" in note.about


def test_M25_a_near_miss_is_suggested_and_never_taken(tmp_path):
    truth = read_truth(table(tmp_path, "document;iban;Betrga\na.pdf;DE89370400440532013000;1\n"))
    assert set(truth["field"]) == {"iban", "Betrga"}
    assert "Betrga is near amountToPay" in next(note.text for note in truth.notes if note.kind == "columns_unknown")


def test_two_columns_of_one_meaning_are_refused_and_the_service_s_own_name_comes_first(tmp_path):
    path = table(tmp_path, "document;Betrag;Rechnungsbetrag\na.pdf;1,00;2,00\n")
    with pytest.raises(
        TruthError, match=r"more than one column for amountToPay: 'Betrag', 'Rechnungsbetrag'\. Say which"
    ):
        read_truth(path)
    own = read_truth(table(tmp_path, "document;Betrag;amountToPay\na.pdf;1,00;2,00 EUR\n"))
    assert values(own)["a.pdf", "amountToPay"] == "2.00:EUR"


def test_a_column_of_currencies_is_that_of_the_amounts(tmp_path):
    truth = read_truth(table(tmp_path, "document;Betrag;Währung\na.pdf;12,50;CHF\nb.pdf;3,00;EUR\n"))
    assert values(truth) == {("a.pdf", "amountToPay"): "12.50:CHF", ("b.pdf", "amountToPay"): "3.00:EUR"}


# --- notations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.234,56 €", "12,-"], ["1234.56:EUR", "12.00"]),
        (["1\u202f234,56", "12,30"], ["1234.56", "12.30"]),
        (["(12,00)", "12,00-", "\u221212,00"], ["-12.00", "-12.00", "-12.00"]),
        (["EUR 12", "CHF 1'234.50"], ["12.00:EUR", "1234.50:CHF"]),
        (["12,30", "1234.56"], ["12.30", "1234.56"]),
        (["1.234", "12,50"], ["1234.00", "12.50"]),
        (["1.234", "12.50"], ["1.2340", "12.50"]),
    ],
)
def test_M12_a_column_that_leaves_one_reading_is_read(cells, expected):
    frame = pd.DataFrame({"document": [f"{n}.pdf" for n in range(len(cells))], "amountToPay": cells})
    assert read_truth(frame)["value"].tolist() == expected


def test_M12_a_column_of_two_readings_is_refused_with_the_sentence_that_declares_it():
    frame = pd.DataFrame({"document": ["a.pdf"], "Betrag": ["1.234"]})
    with pytest.raises(TruthError, match=r"'1\.234', which is one number in German.*Say it: locale='de'"):
        read_truth(frame)
    assert read_truth(frame, locale="de")["value"].tolist() == ["1234.00"]
    assert read_truth(frame, locale={"Betrag": "en"}, currency="EUR")["value"].tolist() == ["1.2340:EUR"]
    with pytest.raises(TruthError, match=r"'1\.234', which is one number in German"):
        read_truth(pd.DataFrame({"document": ["a", "b", "c"], "Betrag": ["1.234", "12,30", "4.50"]}))


def test_M12_dates_with_slashes_need_an_order_unless_a_value_decides():
    frame = pd.DataFrame({"document": ["a", "b"], "paymentDueDate": ["03/04/2025", "04/13/2025"]})
    assert read_truth(frame)["value"].tolist() == ["2025-03-04", "2025-04-13"]
    with pytest.raises(TruthError, match=r"day and month may be either way.*date_order='dmy'"):
        read_truth(frame.head(1))
    assert read_truth(frame.head(1), date_order="dmy")["value"].tolist() == ["2025-04-03"]


@settings(deadline=None)
@given(
    st.decimals(-(10**9), 10**9, places=2),
    st.sampled_from([("de", ".", ","), ("de", " ", ","), ("ch", "'", "."), ("en", ",", ".")]),
    st.sampled_from(["", " €", " EUR"]),
    st.sampled_from(["{}{}", "{1}{0}", "({1})"]),
)
def test_M12_what_is_written_in_a_notation_is_read_as_the_same_amount(value, notation, currency, form):
    locale, group, point = notation
    digits = f"{abs(value):,.2f}".replace(",", "\0").replace(".", point).replace("\0", group)
    text = form.format("-", digits) if value < 0 else digits
    assert amount(text + currency, locale) == (value, "EUR" if currency else "")
    assert number(text, locale) == value


@settings(deadline=None)
@given(
    st.dates(datetime.date(2000, 1, 1), datetime.date(2069, 12, 31)),
    st.sampled_from(
        ["{d}.{m}.{y}", "{d:02}.{m:02}.{s:02}", "{d}. {name} {y}", "{y}-{m:02}-{d:02} 08:15", "{y}/{m}/{d}"]
    ),
)
def test_M12_what_is_written_in_a_notation_is_read_as_the_same_day(value, form):
    names = [*FIRST_HALF, *SECOND_HALF]
    parts = {"d": value.day, "m": value.month, "y": value.year, "s": value.year % 100, "name": names[value.month - 1]}
    assert day(form.format(**parts)) == value


# --- workbooks ---------------------------------------------------------------------------------------------------


def test_M25_line_items_on_a_second_sheet_are_read_and_a_third_is_named(tmp_path):
    path = tmp_path / "Sollwerte.xlsx"
    fields = [["Sollwerte"], [], [None, "Dateiname", "Betrag", "IBAN"], [None, "a.pdf", 12.5, "DE89370400440532013000"]]
    items = [["Datei", "Artikelnummer", "Menge"], ["a.pdf", "A1", 2], ["a.pdf", "A2", 1]]
    workbook(path, fields, items, [["Datei", "Betrag"], ["b.pdf", 1]])
    truth = read_truth(path)
    assert values(truth, "lineItems")["a.pdf", 1, "artNumber"] == "A2"
    assert values(truth)["a.pdf", "amountToPay"] == "12.50"
    assert {"sheets_unread", "rows_passed_over", "currency_not_stated"} <= set(kinds(truth))
    assert values(read_truth(path, sheet=3)) == {("b.pdf", "amountToPay"): "1.00"}
    with pytest.raises(TruthError, match=r"has no sheet 'Tabelle9'; it has: 'Tabelle1'"):
        read_truth(path, sheet="Tabelle9")


def test_M25_hidden_rows_and_sheets_sums_and_merged_cells(tmp_path):
    path = tmp_path / "t.xlsx"
    rows = [["document", "amountToPay"], ["a.pdf", 1], ["old.pdf", 2], ["Summe", 3], [None, 3]]
    book = workbook(path, rows, [["document", "iban"], ["x", "y"]])
    book["Tabelle1"].row_dimensions[3].hidden = True
    book["Tabelle2"].sheet_state = "hidden"
    book.save(path)
    truth = read_truth(path)
    assert values(truth) == {("a.pdf", "amountToPay"): "1.00"}
    assert sorted(note.detail for note in truth.notes if "passed_over" in note.kind) == ["hidden", "sums"]
    assert [(note.count, note.level) for note in truth.notes if note.kind == "rows_hidden"] == [(1, "must")]


def test_error_cells_are_refused_with_their_address(tmp_path):
    path = tmp_path / "t.xlsx"
    workbook(path, [["document", "iban"], ["a.pdf", "#N/A"]])
    with pytest.raises(TruthError, match=r"Cell B2 of t\.xlsx holds the error #N/A\. Mend the cell"):
        read_truth(path)
    with pytest.raises(TruthError, match=r"Row 2 of truth\.csv holds the error #WERT!"):
        read_truth(table(tmp_path, "document;iban\na.pdf;#WERT!\n"))
    workbook(path, [["document", "amountToPay"], ["a.pdf", "=1+1"]])
    with pytest.raises(TruthError, match=r"Cell B2 of t\.xlsx holds a formula that was never computed"):
        read_truth(path)


def test_numbers_where_digits_are_lost_are_refused_with_the_remedy(tmp_path):
    path = tmp_path / "t.xlsx"
    workbook(path, [["document", "paymentReference"], ["a.pdf", 4711]])
    with pytest.raises(TruthError, match=r"Cell B2.*Format the column 'paymentReference' as text"):
        read_truth(path)
    workbook(path, [["document", "amountToPay"], ["a.pdf", 123456789012345678]])
    with pytest.raises(TruthError, match=r"a number of more than 15 digits"):
        read_truth(path)


def test_serial_dates_percentages_and_currencies_of_formats(tmp_path):
    path = tmp_path / "t.xlsx"
    book = workbook(path, [["document", "paymentDueDate", "Skonto", "Betrag"], ["a.pdf", 45758, 0.03, 1234.5]])
    book["Tabelle1"]["C2"].number_format = "0%"
    book["Tabelle1"]["D2"].number_format = "#,##0.00\\ [$CHF-807]"
    book.save(path)
    assert read_truth(path)["value"].tolist() == ["1234.50:CHF", "2025-04-11", "3"]


# --- CSV, JSON, states -------------------------------------------------------------------------------------------


def test_a_stray_quote_is_an_error_with_its_line(tmp_path):
    with pytest.raises(
        TruthError, match=r"not readable as CSV near line 2: .*double quote in a cell has to be doubled"
    ):
        read_truth(table(tmp_path, 'document;paymentRecipient\na.pdf;"Bäcker "Krume" Inh. A"\nb.pdf;C\n'))


def test_M3_empty_lists_and_null_say_that_there_is_nothing(tmp_path):
    records = [
        {"document": "a", "iban": [], "lineItems": [{"artNumber": "1"}]},
        {"document": "b", "iban": None, "lineItems": []},
        {"document": "c", "iban": "DE1", "lineItems": None},
    ]
    truth = read_truth(table(tmp_path, "\n".join(map(json.dumps, records)), "t.jsonl"))
    assert values(truth)["a", "iban"] is None
    assert values(truth, "lineItems") == {
        ("a", 0, "artNumber"): "1",
        ("b", 0, "artNumber"): None,
        ("c", 0, "artNumber"): None,
    }


@pytest.mark.parametrize(
    "content",
    [
        [{"document": "a", "amountToPay": {"amount": 12.5, "currency": "EUR"}}],
        {"documents": [{"Dateiname": "a", "Betrag": {"value": "12.50:EUR"}}]},
        [{"document": "a", "field": "amountToPay", "value": "12,50 €"}],
        {"document": "a", "feedback": {"amountToPay": {"value": "12.50:EUR"}}},
        [{"document": "a", "extractions": {"amountToPay": {"value": "12.50:EUR", "entity": "amount"}}}],
    ],
)
def test_json_in_more_shapes(tmp_path, content):
    assert values(read_truth(table(tmp_path, json.dumps(content), "t.json"))) == {("a", "amountToPay"): "12.50:EUR"}


def test_json_numbers_with_exponents_are_numbers(tmp_path):
    path = table(tmp_path, '[{"document": "a", "amountToPay": 1.5e3}]', "t.json")
    assert values(read_truth(path, currency="EUR")) == {("a", "amountToPay"): "1500.00:EUR"}


def test_M24_alternatives_and_unclear_labels(tmp_path):
    path = table(tmp_path, "document;iban\na;DE1 | DE2\nb;DE3\n")
    truth = read_truth(path, alternatives=" | ")
    assert truth[["document", "alternative", "value"]].values.tolist() == [
        ["a", 0, "DE1"],
        ["a", 1, "DE2"],
        ["b", 0, "DE3"],
    ]
    assert "alternatives_found" in kinds(truth)
    long = table(
        tmp_path, "document;field;value;alternative;state\na;iban;DE1;0;\na;iban;DE2;1;value\na;bic;;;unclear\n"
    )
    truth = read_truth(long)
    assert truth["state"].tolist() == ["unclear", "value", "value"]
    with pytest.raises(TruthError, match=r"Row 2 of truth\.csv has the state 'maybe'\. Use value, empty, unclear"):
        read_truth(table(tmp_path, "document;field;value;state\na;iban;DE1;maybe\n"))
    with pytest.raises(TruthError, match=r"says 'empty', and its value says otherwise"):
        read_truth(table(tmp_path, "document;field;value;state\na;iban;DE1;empty\n"))


def test_M2_words_for_nothing_are_values_with_a_note():
    truth = read_truth(pd.DataFrame({"document": ["a", "b"], "iban": ["nan", "k.A."]}))
    assert truth["value"].tolist() == ["nan", "k.A."]
    (note,) = [note for note in truth.notes if note.kind == "missing_words"]
    assert (note.level, note.count, note.about) == ("must", 2, ("iban",))


def test_the_truth_is_a_frame_with_notes_and_its_slices_are_plain():
    truth = read_truth(pd.DataFrame({"Dateiname": ["<b>.pdf"], "Betrag": ["12,50"]}))
    assert isinstance(truth, Truth)
    assert type(truth.head(1)) is pd.DataFrame
    assert "currency_not_stated" in [entry["kind"] for entry in truth.head(1).attrs["notes"]]
    assert "name no currency" not in repr(truth)
    assert "names no currency" in repr(truth)
    assert truth.digest == read_truth(truth).digest != read_truth(truth.assign(value="1")).digest


# --- names of documents ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "known"),
    [
        ("A.PDF", "a.pdf"),
        ("a", "a.pdf"),
        ("sub\\a.pdf", "sub/a.pdf"),
        ("./a.pdf", "a.pdf"),
        ("C:\\Scans\\a.pdf", "a.pdf"),
        ("u\u0308.pdf", "\u00fc.pdf"),
        ("a.pdf\u00a0", "a.pdf"),
    ],
)
def test_M25_names_are_paired_where_one_candidate_remains_and_that_is_said(wanted, known):
    pairing = paired([wanted, "other"], [known, "x.pdf"])
    assert pairing.names == {wanted: known}
    assert sum(note.count for note in pairing.notes) == 1


@pytest.mark.parametrize(
    ("wanted", "known"),
    [(["a.pdf"], ["x/a.pdf", "y/a.pdf"]), (["A.pdf", "a.PDF"], ["a.pdf"]), (["a.pdf"], ["a.png"]), (["a"], ["b"])],
)
def test_names_are_not_paired_where_several_would_do(wanted, known):
    assert not paired(wanted, known).names


def test_names_are_written_as_in_the_run_when_it_is_given():
    frame = pd.DataFrame({"document": ["A.PDF"], "iban": ["DE1"]})
    truth = read_truth(frame, documents=["in/a.pdf"])
    assert truth["document"].tolist() == ["in/a.pdf"]
    assert "documents_paired" in kinds(truth)
    with pytest.raises(SettingError, match=r"documents is 'in'; give a batch"):
        read_truth(frame, documents="in")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"locale": "fr"}, "locale is 'fr'; it must be one of de, ch, en"),
        ({"date_order": "ymd"}, "date_order is 'ymd'; it must be one of dmy, mdy"),
        ({"currency": "euros"}, "currency is 'euros'; it must be a currency code"),
        ({"header_row": 0}, "header_row is 0; rows count from 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(setting, message):
    with pytest.raises(SettingError, match=message):
        read_truth(pd.DataFrame({"document": ["a"], "iban": ["x"]}), **setting)


def test_decimals_of_parquet_and_numbers_of_frames_are_numbers():
    frame = pd.DataFrame({"document": ["a"], "amountToPay": [Decimal("12.30")], "quantity": [2.0], "baseGross": [1.5]})
    found = read_truth(frame.drop(columns=["quantity", "baseGross"]))
    assert found["value"].tolist() == ["12.30"]


@pytest.mark.skipif(not (SHARED / "cases" / "tables").is_dir(), reason="the tables of the cases are not there")
def test_no_table_marks_a_perfect_run_without_a_word():
    import runpy

    script = runpy.run_path(str(Path(__file__).parents[3] / "benchmarks" / "truth_tables.py"))
    expected = json.loads((SHARED / "cases" / "tables" / "expected.json").read_text(encoding="utf-8"))
    found = {
        name: script["verdict"](SHARED / "cases" / "tables" / name, entry["expected"])[0]
        for name, entry in expected.items()
    }
    assert "SILENT" not in found.values()
    assert sum(what != "refused" for what in found.values()) >= 40


def test_M25_a_name_of_columns_that_no_source_has_is_said_with_the_nearest():
    frame = pd.DataFrame({"document": ["a"], "Betrag netto": ["1.00:EUR"], "iban": ["DE1"]})
    truth = read_truth(frame, columns={"Betrag nett": "amountToPay", "IBAN ": "iban"})
    [note] = [note for note in truth.notes if note.kind == "columns_lacking"]
    assert (note.level, note.about, note.count) == ("must", ("Betrag nett",), 1)
    assert "Betrag nett is near Betrag netto" in note.text
    both = [frame, pd.DataFrame({"document": ["a"], "Referenz-Id": ["x"]})]
    assert "columns_lacking" not in kinds(read_truth(both, columns={"Referenz-Id": "paymentReference"}))
    assert "columns_lacking" in kinds(read_truth(both, columns={"Referenz": "paymentReference"}))


def test_the_number_of_an_invoice_stays_a_field_of_its_own_in_every_form(tmp_path):
    long = "document,field,value\na.pdf,invoiceId,RE-1\na.pdf,iban,DE1\n"
    wide = "document,invoiceId,iban\na.pdf,RE-1,DE1\n"
    for name, text in (("a.csv", long), ("b.csv", wide), ("c.json", '[{"document":"a.pdf","invoiceId":"RE-1"}]')):
        assert "invoiceId" in read_truth(table(tmp_path, text, name))["field"].tolist()
