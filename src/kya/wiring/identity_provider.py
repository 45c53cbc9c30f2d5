"""A console's agreement with an identity provider: a file of TOML, and a secret.

issuer = "https://login.example"
client_id = "kya-console"
client_secret_file = "oidc.secret"   # left out, the client is a public one
ca_file = "login-ca.pem"             # left out, the system's
claim = "email"                      # left out, "sub"

[people]
"olga@example.com" = "olga"
"""

import tomllib
from collections.abc import Callable
from pathlib import Path
from ssl import SSLError, create_default_context
from typing import Final

import msgspec

from kya.adapters.oidc_authlib import OidcProvider, Registration
from kya.core.errors import InputError, MalformedError
from kya.core.instant import Instant
from kya.core.tokens import NAME, require

RETURN_PATH: Final = "/provider/return"


class _Agreed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file."""

    issuer: str
    client_id: str
    client_secret_file: str = ""
    ca_file: str = ""
    claim: str = "sub"
    people: dict[str, str]


def provider_at(path: Path, origin: str, now: Callable[[], Instant]) -> OidcProvider:
    """Return the provider of the file, which sends people back to this origin.

    InputError, naming the field, for a file that does not say what is needed. Paths
    are those beside the file.
    """
    try:
        agreed = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _Agreed)
        secret = path.parent / agreed.client_secret_file
        for person in agreed.people.values():
            require(NAME, "people", person)
        registration = Registration(
            issuer=agreed.issuer,
            client_id=agreed.client_id,
            client_secret=secret.read_text("utf-8").strip()
            if agreed.client_secret_file
            else "",
            claim=agreed.claim,
            people=agreed.people,
            returns_to=f"{origin}{RETURN_PATH}",
            trust=create_default_context(
                cafile=str(path.parent / agreed.ca_file) if agreed.ca_file else None
            ),
        )
        return OidcProvider(registration, now)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeError) as error:
        raise InputError(f"{path}: {error}") from error
    except (MalformedError, SSLError) as error:
        raise InputError(f"{path}: {error}") from error
    except OSError as error:
        raise InputError(f"{error.filename}: {error.strerror}") from error
