"""``gini-notebook users …``: accounts of the User Center, for clients that may manage them."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gini_notebook.cli.application import app
from gini_notebook.cli.output import as_json, say
from gini_notebook.cli.runs import Json
from gini_notebook.errors import SettingError

if TYPE_CHECKING:
    from gini_notebook.service.values import Secret

users = typer.Typer(
    help="Create, show, change and delete accounts of the User Center.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(users, name="users")

UserId = Annotated[str, typer.Argument(help="The id that create printed.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read passwords from standard input, a line each, instead of asking.")
]


def _password(words: str, *, from_stdin: bool) -> "Secret":
    """Ask for a password, or read one line; never an option, because options stay in the history of the shell."""
    from getpass import getpass

    from gini_notebook.service.values import Secret

    if from_stdin:
        return Secret(sys.stdin.readline().rstrip("\n"))
    if not sys.stdin.isatty():
        raise SettingError("Nobody can type a password here: pass it on standard input with --password-stdin.")
    return Secret(getpass(f"{words}: "))


@users.command(epilog="Example: gini-notebook users create e8f331e4@app.example.org")
def create(email: str, *, password_stdin: FromStdin = False, json: Json = False) -> None:
    """Create an account and print its id; the password has at least 6 characters."""
    from gini_notebook.interactive.login import login_accounts

    password = _password("Password of the new account", from_stdin=password_stdin)
    with login_accounts() as accounts:
        user_id = accounts.create(email, password)
    if json:
        as_json({"id": user_id})
    else:
        say(user_id)


@users.command(epilog="Example: gini-notebook users show 1bdc1649-f799-424c-b0a7-c4e41aefb0a3")
def show(user_id: UserId, *, json: Json = False) -> None:
    """Show the address of an account."""
    from gini_notebook.interactive.login import login_accounts

    with login_accounts() as accounts:
        user = accounts.get(user_id)
    if json:
        as_json({"id": user.id, "email": user.email})
    else:
        say(f"{user.id}: {user.email}")


@users.command(epilog="Example: gini-notebook users change-email 1bdc1649-… old@app.example.org new@app.example.org")
def change_email(user_id: UserId, old: str, new: str) -> None:
    """Change the address of an account."""
    from gini_notebook.interactive.login import login_accounts

    with login_accounts() as accounts:
        accounts.change_email(user_id, old, new)
    say(f"{user_id} now has the address {new}.")


@users.command(epilog="Example: gini-notebook users change-password 1bdc1649-f799-424c-b0a7-c4e41aefb0a3")
def change_password(user_id: UserId, *, password_stdin: FromStdin = False) -> None:
    """Change the password of an account: the old one, then the new one."""
    from gini_notebook.interactive.login import login_accounts

    old = _password("Old password", from_stdin=password_stdin)
    new = _password("New password", from_stdin=password_stdin)
    with login_accounts() as accounts:
        accounts.change_password(user_id, old, new)
    say(f"{user_id} has the new password.")


@users.command(epilog="Example: gini-notebook users delete 1bdc1649-f799-424c-b0a7-c4e41aefb0a3")
def delete(user_id: UserId) -> None:
    """Delete an account with its documents and extractions."""
    from gini_notebook.interactive.login import login_accounts

    with login_accounts() as accounts:
        accounts.delete(user_id)
    say(f"{user_id} is deleted.")
