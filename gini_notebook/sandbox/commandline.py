"""Start the sandbox from a shell, or as the child of a program."""

import io
import json
import os
import secrets
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from gini_notebook.sandbox import system
from gini_notebook.sandbox.settings import Settings, check_installed

if TYPE_CHECKING:
    from gini_notebook.sandbox.serving import Running

_DEFAULT = Settings()


_Port = Annotated[int, typer.Option(help="Port of the API; 0 lets the system choose.")]
_UserCenterPort = Annotated[int, typer.Option(help="Port of the User Center; 0 lets the system choose.")]
_ProcessingTime = Annotated[float, typer.Option(help="Seconds the service works on a document.")]
_ProcessingSpread = Annotated[
    float, typer.Option(help="Spread of that time (sigma of a log-normal distribution); 0 for none.")
]
_Capacity = Annotated[int, typer.Option(help="Documents worked on at once; others wait.")]
_TokenLife = Annotated[float, typer.Option(help="Seconds until a token expires.")]
_EnvironmentName = Annotated[str, typer.Option(help="pay-api, or gini-api for the predecessor at api.gini.net.")]
_Engine = Annotated[str, typer.Option(help="How documents are read: baseline or keywords-only.")]
_Coordinates = Annotated[str, typer.Option(help="Unit of boxes: points or pixels.")]
_Ocr = Annotated[bool | None, typer.Option("--ocr/--no-ocr", help="Read scans (default: if the extra is there).")]
_JwkSet = Annotated[str, typer.Option(help="File with the JWK set of your identity provider.")]
_Seed = Annotated[int, typer.Option(help="Start of everything drawn by chance.")]
_AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON when ready, nothing else.")]


def sandbox(  # noqa: PLR0913 - one parameter per option
    *,
    port: _Port = 0,
    user_center_port: _UserCenterPort = 0,
    processing_time: _ProcessingTime = _DEFAULT.processing_time_s,
    processing_spread: _ProcessingSpread = _DEFAULT.processing_spread,
    capacity: _Capacity = _DEFAULT.capacity,
    token_life: _TokenLife = _DEFAULT.token_life_s,
    environment: _EnvironmentName = _DEFAULT.environment,
    engine: _Engine = _DEFAULT.engine,
    coordinates: _Coordinates = _DEFAULT.coordinates,
    ocr: _Ocr = None,
    jwk_set: _JwkSet = "",
    seed: _Seed = _DEFAULT.seed,
    as_json: _AsJson = False,
) -> None:
    """Serve the Gini Pay API on this machine until stopped: HTTPS, no account, documents stay here.

    Documents are really read, by plain rules; what is found is not the quality of Gini's service.
    """
    try:
        settings = Settings(
            port=port,
            user_center_port=user_center_port,
            processing_time_s=processing_time,
            processing_spread=processing_spread,
            capacity=capacity,
            token_life_s=token_life,
            environment=environment,
            engine=engine,
            coordinates=coordinates,
            ocr=ocr,
            jwk_set=jwk_set,
            seed=seed,
        )
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from problem
    _serve_from_shell(settings, people=not as_json)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line, or with ``--child`` serve the program on the other side of standard input.

    Parameters
    ----------
    argv
        Arguments without the program's name; those of the process if ``None``.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")  # a console need not have all characters of the help
    if arguments == ["--child"]:
        order = json.loads(_first_line())
        order["settings"]["jwt_claims"] = tuple(order["settings"]["jwt_claims"])
        try:
            _serve(Settings(**order["settings"]), order["admin_token"], parent=True)
        except OSError as problem:
            print(json.dumps({"error": _cannot_listen(problem)}), flush=True)  # noqa: T201
            raise SystemExit(1) from problem
        return
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.command(
        epilog="Examples: gini-notebook sandbox · "
        "gini-notebook sandbox --json --port 8443 --processing-time 2 --capacity 4"
    )(sandbox)
    app(args=arguments, prog_name="gini-notebook sandbox")


def _first_line() -> bytes:
    # Unbuffered, so that the end of the input can be waited for without Python's own reader.
    line = bytearray()
    while not line.endswith(b"\n"):
        line += os.read(sys.stdin.fileno(), 1)
    return bytes(line)


def _serve(settings: Settings, admin_token: str, *, people: bool = False, parent: bool = False) -> None:
    from gini_notebook.sandbox.serving import serve

    def ready(running: "Running") -> None:
        print(_for_people(running, admin_token, settings.scans) if people else json.dumps(asdict(running)), flush=True)  # noqa: T201

    serve(settings, ready=ready, admin_token=admin_token, parent=parent)


def _serve_from_shell(settings: Settings, *, people: bool) -> None:
    try:
        check_installed()
    except ModuleNotFoundError as missing:
        print(missing, file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from missing
    try:
        _serve(settings, secrets.token_urlsafe(24) if people else "", people=people)
    except OSError as problem:
        print(_cannot_listen(problem), file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from problem


def _cannot_listen(problem: OSError) -> str:
    return f"It cannot listen: {problem}. Choose another port, or 0."


_PEOPLE = """The sandbox is ready: it speaks the Gini Pay API, and forgets everything when you stop it (Ctrl-C).
{scans}
{settings}

Upload a document:
  {curl} --cacert {the}GINI_CA_FILE --user {client} --header 'X-User-Identifier: me' {on}
       --form file=@invoice.pdf --include {the}GINI_API_URL/documents

What it can do:
  {curl} --cacert {the}GINI_CA_FILE {the}GINI_API_URL/openapi.json

What it has seen:
  {curl} --cacert {the}GINI_CA_FILE --header 'Authorization: Bearer {token}' {the}GINI_API_URL/_sandbox/requests
"""


def _for_people(running: "Running", admin_token: str, scans: str) -> str:
    names = ("api", "user_center", "ca_file", "client_id", "client_secret")
    variables = ("GINI_API_URL", "GINI_USER_CENTER_URL", "GINI_CA_FILE", "GINI_CLIENT_ID", "GINI_CLIENT_SECRET")
    unread = f"Scans are {scans}: of a scan it delivers what its QR code says, and the document type.\n"
    told = {"token": admin_token, "scans": "" if scans == "read" else unread}
    values = {variable: getattr(running, name) for variable, name in zip(variables, names, strict=True)}
    if system.IS_WINDOWS:  # PowerShell, whose own curl is another program
        settings = "\n".join(f"  $env:{name} = '{value}'" for name, value in values.items())
        client = '"${env:GINI_CLIENT_ID}:${env:GINI_CLIENT_SECRET}"'
        return _PEOPLE.format(settings=settings, curl="curl.exe", the="$env:", client=client, on="`", **told)
    settings = "\n".join(f"  export {name}={value}" for name, value in values.items())
    client = "$GINI_CLIENT_ID:$GINI_CLIENT_SECRET"
    return _PEOPLE.format(settings=settings, curl="curl", the="$", client=client, on="\\", **told)
