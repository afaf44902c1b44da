"""What a report discloses: values in every form as they were asked for, and excerpts within their limits."""

import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lxml import html

from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.report import render_report
from gini_notebook.analysis.report.cells import excerpts_of, mistakes_of, notes_of
from gini_notebook.analysis.report.disclosure import MOST_BYTES, MOST_PICTURES, Spot, masked
from gini_notebook.analysis.report.html import CONTENT_SECURITY_POLICY
from gini_notebook.errors import FileProblem, SettingError
from gini_notebook.notes import Note
from tests.analysis.report.report_samples import IBAN, OTHER_IBAN, Tables, rows

NAMES = "Gini Muster", "Erika Beispiel"
SECRETS = (IBAN, OTHER_IBAN, *NAMES, "Muster", "Beispiel", "Rechnung 4711", "4712")
AMOUNTS = "1200.00:EUR", "12.00:EUR"
FORMS = (".html", ".xlsx", ".md", ".xml", ".txt", ".json")


class Painter:
    """Draws the same picture of any page, of so many bytes."""

    def __init__(self, size: int = 100) -> None:
        self.spots: list[Spot] = []
        self.size = size

    def excerpt(self, spot: Spot, *, mask: bool) -> tuple[bytes, str]:
        self.spots.append(spot)
        if spot.document.startswith("gone"):
            raise FileProblem("It is not there.")
        return bytes(self.size), "" if mask else "whole"

    def first_page(self, document: str, sha256: str | None) -> tuple[bytes, int]:
        if document.startswith("gone"):
            raise FileProblem("It is not there.")
        return bytes(self.size), 3


@pytest.fixture(scope="module")
def private() -> Evaluation:
    """One document with everything that is nobody's business, wrong in every field."""
    fields = ("iban", "paymentRecipient", "paymentPurpose", "amountToPay", "paymentDueDate")
    true = (IBAN, NAMES[0], "Rechnung 4711", AMOUNTS[0], "2026-01-02")
    read = (OTHER_IBAN, NAMES[1], "Rechnung 4712", AMOUNTS[1], "Gini Muster")
    place = {"page": 1, "left": 100.0, "top": 200.0, "width": 90.0, "height": 10.0}
    found = rows(*(("a.pdf", "", 0, field, value) for field, value in zip(fields, read, strict=True))).assign(**place)
    documents = pd.DataFrame({"document": ["a.pdf"], "status": ["completed"], "sha256": ["5" * 64]})
    return evaluate(
        Tables(found, documents),
        rows(*(("a.pdf", "", 0, field, value) for field, value in zip(fields, true, strict=True))),
    )


def text_of(result: Evaluation, form: str, **options: Any) -> str:
    content = render_report(result, form, documents="all", **options)
    if form != ".xlsx":
        return content.decode()
    sheets = pd.read_excel(io.BytesIO(content), sheet_name=None, header=None)
    return " ".join(str(value) for sheet in sheets.values() for value in sheet.to_numpy().ravel())


@pytest.mark.parametrize("form", FORMS)
def test_masked_values_are_in_no_form_and_amounts_and_dates_are(private: Evaluation, form: str) -> None:
    text = text_of(private, form, values="masked")
    assert [secret for secret in SECRETS if secret in text] == []
    if form in {".html", ".xlsx", ".xml"}:
        for shown in ("DE89 … 3000", "DE75 … 6199", "G… M…", "E… B…", "R… 4…", *AMOUNTS, "2026-01-02"):
            assert shown in text
        full = text_of(private, form)
        assert [secret for secret in SECRETS if secret not in full] == []


@pytest.mark.parametrize("form", FORMS)
def test_without_values_there_is_none_and_still_which_side_has_one(private: Evaluation, form: str) -> None:
    text = text_of(private, form, values="none")
    assert [
        secret for secret in (*SECRETS, *AMOUNTS, "1200", "1,188", "1188", "DE89", "2026-01-02") if secret in text
    ] == []
    if form == ".html":
        page = html.fromstring(text)
        assert set(page.xpath("//section[h2/@id='mistakes']//td[@data-label='Truth']/text()")) == {"…"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("DE25 5001 0517 5407 3236 76", "DE25 … 3676"),
        ("Gini GmbH", "G… G…"),
        ("  ", "…"),
        ("a b c d e f g h", "a… b… c… d… e… f…"),
    ],
)
def test_a_masked_value_has_its_beginning(value: str, shown: str) -> None:
    assert masked(value) == shown


@pytest.mark.parametrize(("values", "said"), [("full", "Treat it like"), ("masked", "masked"), ("none", "no values")])
def test_the_footer_says_what_is_shown(private: Evaluation, values: Any, said: str) -> None:
    assert said in html.fromstring(text_of(private, ".html", values=values)).xpath("string(//footer)")
    assert said in text_of(private, ".xlsx", values=values)


@pytest.mark.parametrize("form", [".html", ".md"])
@pytest.mark.parametrize("values", ["masked", "none"])
def test_a_comparison_hides_values_too(private: Evaluation, tmp_path: Path, form: str, values: Any) -> None:
    comparisons = private.comparisons.copy()
    labels = rows(
        *zip(
            comparisons["document"],
            comparisons["group"],
            comparisons["row"],
            comparisons["field"],
            comparisons["truth"],
            strict=True,
        )
    )
    right = evaluate(Tables(labels, private.documents[["document", "status"]]), labels)
    comparison = compare(right, private)
    path = comparison.save_report(tmp_path / f"diff{form}", values=values)
    text = path.read_text("utf-8")
    assert [secret for secret in SECRETS if secret in text] == []
    assert ("DE75 … 6199" in text) is (values == "masked")
    assert OTHER_IBAN in comparison.save_report(path, values="full").read_text("utf-8")
    by_default = comparison.save_report(path).read_text("utf-8")
    assert (OTHER_IBAN in by_default) is (form == ".html")  # comments are public more often than files
    assert ("Values are masked" in by_default) is (form == ".md")
    with pytest.raises(SettingError, match="no choice of values"):
        comparison.save_report(path, values="some")


def test_excerpts_are_told_by_the_footer(private: Evaluation) -> None:
    feet = [
        html.fromstring(text_of(private, ".html", pages=Painter(), mask=mask)).xpath("string(//footer)")
        for mask in (True, False)
    ]
    assert "what stands in the box of the value in question, and nothing else" in feet[0]
    assert "everything that stands around the value" in feet[1]


def test_data_images_are_allowed_only_where_there_are_excerpts(private: Evaluation) -> None:
    address = "string(//meta[@http-equiv='Content-Security-Policy']/@content)"
    plain = html.fromstring(text_of(private, ".html"))
    assert plain.xpath(address) == CONTENT_SECURITY_POLICY
    assert "img-src" not in CONTENT_SECURITY_POLICY
    assert plain.xpath("//img | //link") == []
    page = html.fromstring(text_of(private, ".html", pages=Painter()))
    assert page.xpath(address) == f"{CONTENT_SECURITY_POLICY}; img-src data:"
    addresses = page.xpath("//@src | //@href")
    assert [one for one in addresses if not one.startswith(("data:", "#"))] == []
    assert len(page.xpath("//figure/img")) == 5


def test_what_is_masked_in_tables_is_not_drawn(private: Evaluation) -> None:
    painter = Painter()
    text = text_of(private, ".html", values="masked", pages=painter)
    figures = html.fromstring(text).xpath("//figure")
    assert [one.xpath("string(.//span[@class='name'])") for one in figures] == ["a.pdf, page 1: amountToPay"]
    assert "4 are not drawn, as their values are masked" in text
    assert painter.spots == [Spot("a.pdf", "5" * 64, 1, (100.0, 200.0, 90.0, 10.0))]


def test_only_html_has_pages_drawn(private: Evaluation) -> None:
    painter = Painter()
    for form in FORMS[1:]:
        render_report(private, form, pages=painter)
    assert painter.spots == []


def many(count: int, name: str = "d") -> Evaluation:
    """Evaluate documents whose amounts are wrong, the last by most; of the first two also the IBAN is."""
    names = [f"{name}{number:03}.pdf" for number in range(count)]
    true = [(one, "", 0, "amountToPay", "1.00:EUR") for one in names]
    read = [(one, "", 0, "amountToPay", f"{at + 2}.00:EUR") for at, one in enumerate(names)]
    true += [(one, "", 0, "iban", IBAN) for one in names]
    read += [(one, "", 0, "iban", OTHER_IBAN if at < 2 else IBAN) for at, one in enumerate(names)]
    found = rows(*read).assign(page=1, left=1.0, top=1.0, width=9.0, height=9.0)
    found.loc[found["document"] == f"{name}003.pdf", "page"] = None
    return evaluate(Tables(found, pd.DataFrame({"document": names, "status": "completed"})), rows(*true))


def test_there_are_no_more_than_forty_one_of_each_pattern_first_then_the_highest_amounts() -> None:
    painter = Painter()
    text = text_of(many(60), ".html", pages=painter)
    documents = [spot.document for spot in painter.spots]
    assert len(documents) == MOST_PICTURES == text.count("<img")
    assert documents[:4] == ["d059.pdf", "d001.pdf", "d058.pdf", "d057.pdf"]
    assert "d003.pdf" not in documents
    assert "21 more are not drawn." in text


def test_all_pictures_together_are_no_larger_than_two_megabytes() -> None:
    text = text_of(many(30), ".html", pages=Painter(150_000))
    sizes = [len(one) for one in html.fromstring(text).xpath("//img/@src")]
    assert sum(sizes) <= MOST_BYTES < sum(sizes) + 200_100
    assert f"{31 - len(sizes)} are left out, as all together would be too large." in text


def test_an_excerpt_that_fails_is_a_line_and_without_any_nothing_is_allowed() -> None:
    page = html.fromstring(text_of(many(5, "gone"), ".html", pages=Painter()))
    told = [one.xpath("string(.//span[@class='told'])").strip() for one in page.xpath("//figure")]
    assert set(told) == {"No excerpt: It is not there."}
    assert "img-src" not in page.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"values": "some"}, "There is no choice of values 'some'; choose one of full, masked, none"),
        ({"values": "none", "pages": Painter()}, "Excerpts of pages show values"),
        ({"values": "masked", "raw": True}, "tables with the names of Python show values as they are"),
        ({"pages": "invoices/"}, r"pages= takes gini.PageExcerpts\(FOLDER\), not a str"),
    ],
)
def test_what_would_show_hidden_values_is_refused(private: Evaluation, options: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        render_report(private, ".html", **options)


def test_the_words_of_both_languages_are_there(private: Evaluation, tmp_path: Path) -> None:
    path = private.save_report(tmp_path / "bericht.html", language="de", values="masked", pages=Painter())
    assert "Ausschnitte von Seiten" in path.read_text("utf-8")


def missing_everywhere(*documents: str) -> Evaluation:
    truth = rows(*((name, "", 0, "iban", IBAN) for name in documents))
    found = rows((documents[0], "", 0, "docType", "Invoice"))
    return evaluate(Tables(found, pd.DataFrame({"document": list(documents), "status": "completed"})), truth)


def test_whole_pages_are_shown_of_documents_with_missing_values_on_request() -> None:
    result = missing_everywhere("a.pdf", "gone.pdf")
    options: Any = {"pages": Painter(), "mask": False}
    assert "Pages of documents with missing values" not in text_of(result, ".html", **options)
    page = html.fromstring(text_of(result, ".html", whole_pages=True, **options))
    figures = page.xpath("//div[@class='excerpts pages']/figure")
    assert [one.xpath("string(.//span[@class='name'])") for one in figures] == ["a.pdf: iban", "gone.pdf: iban"]
    assert figures[0].xpath("string(.//img/@alt)") == "Page 1 of 3 of a.pdf"
    assert "It is not there." in figures[1].text_content()
    assert "Pages of documents with missing values are shown as they are." in page.xpath("string(//footer)")


def test_whole_pages_share_the_limits_of_excerpts() -> None:
    result = missing_everywhere(*(f"{number:03}.pdf" for number in range(MOST_PICTURES + 10)))
    options: Any = {"mask": False, "whole_pages": True}
    page = html.fromstring(text_of(result, ".html", pages=Painter(), **options))
    assert len(page.xpath("//img")) == MOST_PICTURES
    content = text_of(result, ".html", pages=Painter(MOST_BYTES // 8), **options)
    assert len(html.fromstring(content).xpath("//img")) == 5


@pytest.mark.parametrize(
    "options", [{"mask": True}, {"mask": False, "pages": None}, {"mask": False, "values": "masked"}]
)
def test_whole_pages_are_refused_where_something_is_to_be_hidden(private: Evaluation, options: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match="Whole pages show all that stands on them"):
        render_report(private, ".html", whole_pages=True, **({"pages": Painter()} | options))


def test_cells_of_a_notebook_show_notes_mistakes_and_excerpts(private: Evaluation) -> None:
    shown = notes_of([Note("sandbox"), Note("scans_unread", detail="x")], language="de")
    items = html.fromstring(shown._repr_html_()).xpath("//li")
    assert items[0].find("strong").text == "Diese Zahlen stammen von der Sandbox auf diesem Rechner, nicht vom Dienst."
    assert items[1].find("strong") is None
    assert items[0].find("em").text in repr(shown)
    assert [secret for secret in SECRETS if secret in str(mistakes_of(private).to_dict())] == []
    assert OTHER_IBAN in str(mistakes_of(private, values="full").to_dict())
    some, every = (excerpts_of(private, Painter(), values=values) for values in ("masked", "full"))
    assert len(html.fromstring(some._repr_html_()).xpath("//img")) == 1  # the amount: it is not masked
    assert len(html.fromstring(every._repr_html_()).xpath("//img")) == 5
    assert repr(every) == "<5 excerpts of pages>"
    with pytest.raises(SettingError, match="Excerpts of pages show values"):
        excerpts_of(private, Painter(), values="none")
