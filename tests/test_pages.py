"""What README and docs show is true: their code runs against the sandbox, and their options exist."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

ROOT = Path(__file__).resolve().parent.parent
SHOWN = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*/*.md")])
PAGES = [page for page in SHOWN if "generated" not in page.parts and "decisions" not in page.parts]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
DOCUMENTS = (
    "letter_plain.pdf",
    "letter_skonto.pdf",
    "letter_einvoice.pdf",
    "craftsman_electric.pdf",
    "doctor_practice.pdf",
    "slip_small.pdf",
)


def blocks(page: Path, *kinds: str) -> list[tuple[str, str]]:
    return [(kind, text) for kind, text in FENCE.findall(page.read_text(encoding="utf-8")) if kind in kinds]


RUN = [page for page in PAGES if blocks(page, "python", "sh")]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def workplace(
    tmp_path: Path, invoices: Path, sandbox: "Sandbox", bare_environment: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A folder as the pages speak of it, and an environment in which ``gini.login()`` finds a service."""
    import pandas as pd

    for folder in ("invoices", "data/invoices"):
        (tmp_path / folder).mkdir(parents=True)
        for name in DOCUMENTS:
            shutil.copy(invoices / name, tmp_path / folder)
        lines = [json.loads(line) for line in (invoices / "truth.jsonl").read_text("utf-8").splitlines()]
        kept = [line for line in lines if line["document"] in DOCUMENTS]
        text = "".join(json.dumps(line) + "\n" for line in kept)
        (tmp_path / folder / "truth.jsonl").write_text(text, encoding="utf-8")
        table = pd.read_csv(invoices / "truth.csv", dtype=str)
        table[table["document"].isin(DOCUMENTS)].to_csv(tmp_path / folder / "truth.csv", index=False)
    (tmp_path / "e-invoices").mkdir()
    for name in ("letter_einvoice.pdf", "craftsman_einvoice.pdf"):
        shutil.copy(invoices / name, tmp_path / "e-invoices")
    (tmp_path / "fixes.csv").write_text("document,iban\nletter_einvoice.pdf,DE02120300000000202051\n", "utf-8")
    (tmp_path / "scans" / "4711").mkdir(parents=True)
    for number, name in enumerate(("poster_code_screen.png", "reminder_qr_screen.png"), 1):
        shutil.copy(invoices / name, tmp_path / "scans" / "4711" / f"page{number}.png")
    table = pd.DataFrame({"Dateiname": DOCUMENTS[:2], "Betrag": ["1.234,56 €", "738,73 €"], "IBAN": ["", ""]})
    table.to_excel(tmp_path / "Sollwerte.xlsx", index=False)
    values = {
        "GINI_API_URL": sandbox.api,
        "GINI_USER_CENTER_URL": sandbox.user_center,
        "GINI_CA_FILE": sandbox.ca_file,
        "GINI_CLIENT_ID": sandbox.client_id,
        "GINI_CLIENT_SECRET": sandbox.client_secret,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    import matplotlib.pyplot as plt

    plt.close("all")


def run_commands(text: str) -> None:
    """Run the commands of a block; 1 and 4 are answers, 2 says that the page is wrong."""
    from gini_notebook.cli import app

    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words and words[0] == "gini-notebook":
            done = CliRunner().invoke(app, words[1:], catch_exceptions=True)
            problem = "" if isinstance(done.exception, SystemExit | None) else repr(done.exception)
            assert done.exit_code in {0, 1, 4}, f"{line}\n{done.output}{problem}"
            assert not problem, f"{line}\n{problem}"


@pytest.mark.filterwarnings("ignore::gini_notebook.errors.TruthWarning", "ignore::gini_notebook.errors.SecretWarning")
@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_the_code_of_a_page_runs(page: Path, workplace: Path) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    for kind, text in blocks(page, "python", "sh"):
        if kind == "sh":
            run_commands(text)
        else:
            exec(compile(text, name_of(page), "exec"), names)
    for value in names.values():
        if hasattr(value, "close") and type(value).__name__ in {"Sandbox", "Client"}:
            value.close()


def commands() -> dict[str, Any]:
    from gini_notebook.cli import app
    from gini_notebook.sandbox.commandline import sandbox

    served = typer.Typer()
    served.command()(sandbox)
    group: Any = typer.main.get_command(app)
    found = dict(group.commands) | {"sandbox": typer.main.get_command(served)}
    found |= {f"users {name}": one for name, one in group.commands["users"].commands.items()}
    return found


def written_commands(page: Path) -> list[tuple[str, str, list[str]]]:
    """Return command, line and options for whatever a page says to type, in blocks and between words."""
    found = []
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in re.findall(r"gini-notebook ((?:users )?[a-z][a-z-]*)(?=[ `\n])([^\n`|#]*)", text):
        command, rest = line
        found.append((command, f"{command}{rest}", re.findall(r"(?<=\s)--[a-z][a-z-]*", rest)))
    return found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_and_option_a_page_names_exists(page: Path) -> None:
    known = {name: {each for one in command.params for each in one.opts} for name, command in commands().items()}
    for command, line, options in written_commands(page):
        assert command in known, line
        assert set(options) <= known[command] | {"--help"}, line


def test_every_variable_of_the_package_stands_on_the_page_of_variables() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "gini_notebook").rglob("*.py"))
    used = set(re.findall(r'"(GINI_(?!API")[A-Z_]+)"', code))
    page = (ROOT / "docs" / "reference" / "environment.md").read_text("utf-8")
    assert used == set(re.findall(r"`(GINI_[A-Z_]+)`", page))


def test_every_error_stands_on_the_page_of_errors() -> None:
    from gini_notebook import errors

    kinds = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    said = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8")))
    # Roots, of which only kinds are raised, and warnings.
    assert kinds - said == {"GiniError", "TransportError", "ServiceError", "RequestRefused", "NotFound"} | {
        name for name in kinds if issubclass(getattr(errors, name), Warning)
    }


def test_links_between_pages_lead_to_files() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" in target or "generated/" in target or target.startswith("M"):
                continue
            assert (page.parent / target).exists(), f"{name_of(page)}: {target}"


def test_a_page_with_links_to_what_the_build_makes_says_so() -> None:
    pages = [page for page in (ROOT / "docs").rglob("*.md") if not {"generated", "decisions"} & set(page.parts)]
    linking = [page for page in pages if "generated/" in page.read_text(encoding="utf-8")]
    assert linking
    silent = [name_of(page) for page in linking if "made from the code by `make docs`" not in page.read_text("utf-8")]
    assert not silent
