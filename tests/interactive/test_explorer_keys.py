"""Keys of the explorer that were chosen: what the browser is told, and what is refused."""

import re
from pathlib import Path
from typing import Any

import pytest

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.errors import SettingError
from gini_notebook.interactive.explorer import Explorer, explore
from gini_notebook.interactive.explorer.explorer import VIEW
from gini_notebook.interactive.explorer.keys import COMMANDS, keys_of
from tests.analysis.report.report_samples import IBAN, OTHER_IBAN, rows
from tests.interactive.explorer_messages import Browser, receive

TRUTH, READ = rows(("a.pdf", "", 0, "iban", IBAN)), rows(("a.pdf", "", 0, "iban", OTHER_IBAN))


def head(explorer: Explorer) -> dict[str, Any]:
    """Return what the browser is told first."""
    browser = Browser(explorer)
    receive(explorer, {"ask": "hello", "id": "hello-1"})
    return browser.messages[0][0]


def test_every_command_is_one_of_the_view() -> None:
    view = "".join((VIEW / name).read_text("utf-8") for name in ("commands.js", "steps.js"))
    verdicts = {called for called, _, _ in keys_of()["verdicts"]}
    names = set(keys_of()["keys"]["names"].values())
    known = {name for name in names if re.search(rf"\b{name}(?::|\(|,)", view)}
    assert names - known - verdicts == set()


def test_every_command_has_a_row_in_the_table_of_keys() -> None:
    told = " ".join(keys for keys, _ in keys_of({"next": "w", "undo": "ä"})["keys"]["help"]).split()
    usual = {keys[0] for name, (_, keys) in COMMANDS.items() if name not in ("next", "undo")}
    assert usual | {"w", "ä"} <= set(told)
    assert "j" not in told


def test_keys_that_were_chosen_stand_beside_the_fixed_ones() -> None:
    explorer = explore(evaluate(READ, TRUTH), keys={"next": "wö", "previous": "q"})
    keys = head(explorer)["keys"]
    assert {key for key, does in keys["names"].items() if does == "next"} == {"w", "ö", "ArrowDown"}
    assert keys["help"][0][0] == "↓ ↑  w q"
    assert "keys={'next': 'wö', 'previous': 'q'}" in explorer.code()


def test_a_verdict_shows_its_own_key() -> None:
    verdicts = {called: key for called, _, key in keys_of({"wrong": "w", "right": "r", "rotate": "i"})["verdicts"]}
    assert verdicts["edit"] == "w"
    assert verdicts["right"] == "r"
    assert verdicts["unlabelled"] == "Del"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"onward": "w"}, "names 'onward', which is no command. Commands are next, previous,"),
        ({"next": "n"}, "The key 'n' would do two things: next and next_mistake. Give one of them another key"),
        ({"next": ""}, "gives 'next' the key ''. Give one character"),
        ({"next": "3"}, "the digits 1 to 9, comma, full stop, question mark and blank have a meaning of their own"),
        ({"next": "\n"}, "gives 'next' the key"),
        ({"next": 7}, "gives 'next' the key 7"),
    ],
)
def test_keys_that_cannot_be_are_refused(keys: dict[str, str], message: str) -> None:
    with pytest.raises(SettingError, match=re.escape(message)):
        explore(evaluate(READ, TRUTH), keys=keys)


def test_two_commands_can_change_places(tmp_path: Path) -> None:
    explorer = explore(evaluate(READ, TRUTH), keys={"next": "n", "next_mistake": "j"}, documents=tmp_path)
    names = head(explorer)["keys"]["names"]
    assert (names["n"], names["j"]) == ("next", "nextMistake")
