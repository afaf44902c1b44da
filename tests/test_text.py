"""T59: one printable form of whatever came from outside."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from gini_notebook._text import printable, printable_lines, sentence, some
from gini_notebook.errors import FileProblem
from tests.payloads import PAYLOADS, unprintable


@given(st.text(st.characters()))
def test_T59_nothing_that_is_printed_has_an_effect(text: str) -> None:
    shown = printable(text)
    assert not unprintable(shown)
    assert printable(shown) == shown
    assert not unprintable(sentence(text))
    assert not unprintable(printable_lines(text).replace("\n", ""))


def test_T59_every_character_of_these_classes_is_an_escape() -> None:
    for code in range(0x110000):
        one = chr(code)
        if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            assert printable(one).startswith("\\"), hex(code)
        elif unicodedata.category(one)[0] in "LMNPSZ":
            assert printable(one) == one, hex(code)


def test_T59_what_has_a_form_stays_as_it_is() -> None:
    text = "Müller & Söhne – 12,34 € 请 שלום 😀 C:\\Rechnungen\u00a0x"
    assert printable(text) == text
    assert printable_lines("a\nb\tc") == "a\nb\\tc"
    assert sentence("a\nb") == "a b"
    assert some(["a\x1b", "b"]) == "a\\x1b, b"


def test_T59_errors_are_one_line_without_effect() -> None:
    for payload in PAYLOADS:
        assert not unprintable(str(FileProblem(f"{payload} cannot be read.\nNor can this.")))
    assert FileProblem("a\x1bb").args == ("a\x1bb",)
