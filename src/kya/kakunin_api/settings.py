"""The settings of this server: one TOML file, in which an unknown key is an error.

    gateway = "http://127.0.0.1:8700"
    policy = "kya-data/trust/policy.txt"
    root = "kya-data/trust/root.pem"
    keep = "kakunin-api.jsonl"

    [agents.algo_trader_v2]
    directory = "kya-data/agents/algo_trader_v2"
    venue = "SIMA"
    region = "eu-west-1"

    [tokens.desk]
    sha256 = "…"
    rights = ["read", "agents", "sign", "halt", "report"]

Paths are from the file's own directory.
"""

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from kya.core.errors import InputError
from kya.core.instant import Instant
from kya.kakunin_api.tokens import Right, Token, Tokens


class _Section(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
): ...


class HeldSection(_Section, frozen=True, kw_only=True):
    """An agent whose key is here: its directory, and where it runs and sends orders."""

    directory: str
    venue: str
    region: str


class TokenSection(_Section, frozen=True, kw_only=True):
    """A token: the SHA-256 of its text, what it may do, and for which agents.

    `person` is `role:name`, whose key signs the halts of this token; from `until` on,
    an instant, it opens nothing.
    """

    sha256: str
    rights: tuple[Literal["read", "agents", "sign", "halt", "report"], ...]
    agents: tuple[str, ...] = ()
    person: str = ""
    until: str = ""


class KakuninSettings(_Section, frozen=True, kw_only=True):
    """Whose log is read, whose keys are here, and who may ask.

    `people` is the directory of people's keys; `history` an exported list of another
    system's rows, which are shown as unverified.
    """

    gateway: str
    policy: str
    root: str
    keep: str
    people: str = ""
    history: str = ""
    agents: dict[str, HeldSection] = msgspec.field(
        default_factory=dict[str, HeldSection]
    )
    tokens: dict[str, TokenSection] = msgspec.field(
        default_factory=dict[str, TokenSection]
    )

    def known_tokens(self) -> Tokens:
        """Return the tokens; InputError for one that could not be told apart."""
        return Tokens(
            tuple(
                Token(
                    name=name,
                    sha256=section.sha256,
                    rights=frozenset(map(Right, section.rights)),
                    agents=frozenset(section.agents),
                    person=section.person or None,
                    until=Instant.parse(section.until) if section.until else None,
                )
                for name, section in self.tokens.items()
            )
        )


def read_settings(path: Path) -> KakuninSettings:
    """Return the settings in a file; InputError, naming what is wrong, otherwise."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), KakuninSettings)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeError) as error:
        raise InputError(f"{path}: {error}") from error
