"""Keys of content, and names that survive the way to the service and back."""

import re

from hypothesis import given
from hypothesis import strategies as st

from gini_notebook.service.batch.naming import bears_tag, key_of, tagged_name

KEY = key_of(b"content")


@given(st.text(max_size=300))
def test_T44_a_tagged_name_is_short_plain_ascii_without_a_path_whatever_the_file_is_called(document: str) -> None:
    name = tagged_name(document, KEY, "4f00d1")
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", name)
    assert not name.startswith(".")
    assert ".." not in name
    assert bears_tag(name, "4f00d1")
    assert KEY[:16] in name


@given(st.text(max_size=50))
def test_a_name_of_another_run_bears_no_mark_of_this_one(document: str) -> None:
    assert not bears_tag(tagged_name(document, KEY, "4f00d1"), "4f00d2")
    assert not bears_tag(document.replace("4f00d1", ""), "4f00d1")


def test_the_key_is_the_sha256_of_the_bytes() -> None:
    assert KEY == "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"
