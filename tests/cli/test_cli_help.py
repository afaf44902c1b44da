"""Every command explains itself."""

import pytest
import typer
from typer.testing import CliRunner

from gini_notebook.cli import app

COMMANDS = [str(command.name or command.callback.__name__) for command in app.registered_commands]


def test_the_commands_of_the_product_are_there() -> None:
    wanted = {
        "demo",
        "run",
        "resume",
        "status",
        "dedupe",
        "cleanup",
        "truth",
        "evaluate",
        "compare",
        "report",
        "sandbox",
    }
    assert wanted <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    answer = CliRunner().invoke(app, [command, "--help"], prog_name="gini-notebook")
    assert answer.exit_code == 0
    assert f"gini-notebook {command}" in answer.output.split("Example", 1)[1]


def test_help_names_the_exit_codes() -> None:
    answer = CliRunner().invoke(app, ["--help"])
    assert "3 stopped" in answer.output.replace("\n", " ")


def test_version() -> None:
    answer = CliRunner().invoke(app, ["--version"])
    assert answer.output.strip().count(".") == 2


def test_wrong_usage_ends_with_2() -> None:
    assert CliRunner().invoke(app, ["run"]).exit_code == 2
    assert isinstance(app, typer.Typer)
