"""`kya token`: what programs may ask of the console, until when, and no longer."""

from pathlib import Path
from typing import Annotated, Final

import typer

from kya.cli.output import AsJson, answer, answer_json, talk
from kya.core.instant import Instant
from kya.programs.limits import TOKEN_DAYS_MAX
from kya.programs.tokens import Token, TokenBook, TokenScope, WantedToken
from kya.wiring.clock import system_clock
from kya.wiring.token_file import TokenFile

app = typer.Typer(
    help="Bearer tokens of programs: they read, or pass signed notes on.",
    no_args_is_help=True,
)
_DAYS: Final = 30

File = Annotated[
    Path,
    typer.Option("--tokens", envvar="KYA_TOKENS", help="The file of tokens."),
]
FILE_DEFAULT: Final = Path("kya-data/tokens.json")


@app.command("issue")
def issue(
    name: Annotated[str, typer.Argument(help="Whose it is, such as siem.")],
    scopes: Annotated[
        list[TokenScope],
        typer.Option("--scope", help="What it lets ask; once for each."),
    ],
    tokens: File = FILE_DEFAULT,
    *,
    days: Annotated[
        int, typer.Option(min=1, max=TOKEN_DAYS_MAX, help="Until when.")
    ] = _DAYS,
) -> None:
    """Make a token; it is printed once, and only its SHA-256 is kept."""
    now = system_clock().clock.now()
    wanted = WantedToken(name, frozenset(scopes), days)
    secret, token = TokenFile(tokens).issue(wanted, now)
    talk(f"token {token.id} of {name} until {token.expires_at}; it is shown once:")
    answer(secret)


@app.command("list")
def list_tokens(tokens: File = FILE_DEFAULT, *, as_json: AsJson = False) -> None:
    """List the tokens, without what opens anything."""
    now = system_clock().clock.now()
    book = TokenFile(tokens).read()
    if as_json:
        answer_json([_fields(token, now) for token in book.tokens])
        return
    for token in book.tokens:
        scopes = " ".join(sorted(scope.value for scope in token.scopes))
        state = _state(token, now)
        answer(f"{token.id} {token.name} {state} until {token.expires_at} {scopes}")


@app.command("revoke")
def revoke(
    token: Annotated[str, typer.Argument(help="Its id, as `kya token list` has it.")],
    tokens: File = FILE_DEFAULT,
) -> None:
    """Let a token open nothing from now on."""
    now = system_clock().clock.now()

    def without(book: TokenBook) -> TokenBook:
        return book.with_revoked(token, now)

    TokenFile(tokens).change(without)
    answer(f"token {token} revoked")


def _state(token: Token, now: Instant) -> str:
    """Return where the token stands, in a word."""
    if token.revoked_at is not None:
        return "revoked"
    return "good" if token.is_good_at(now) else "ended"


def _fields(token: Token, now: Instant) -> dict[str, object]:
    """Return the token as JSON."""
    return {
        "id": token.id,
        "name": token.name,
        "scopes": sorted(scope.value for scope in token.scopes),
        "state": _state(token, now),
        "issued_at": str(token.issued_at),
        "expires_at": str(token.expires_at),
    }
