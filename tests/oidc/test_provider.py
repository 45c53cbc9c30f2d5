"""What a console believes of an identity provider, and what it does not."""

import asyncio
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, OctKey

from kya.adapters.oidc_authlib import ALGORITHMS, OidcProvider, require_safe
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.instant import MICROS_PER_SECOND
from kya.wiring.identity_provider import provider_at
from tests.oidc.provider import CLIENT, CODE, SECRET, Provider, Reply, a_provider
from tests.world import MORNING

ORIGIN = "https://kya.example"
AGREED = "issuer = 'https://login.example'\nclient_id = 'c'\n"
NONCE, VERIFIER = "n" * 64, "v" * 64


class Clock:
    """A clock by hand."""

    now = MORNING

    def __call__(self) -> Any:  # noqa: ANN401  an instant, as the class says
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(clock: Clock) -> Iterator[Provider]:
    with a_provider(clock) as found:
        yield found


def agreed_with(provider: Provider, folder: Path, **changes: str) -> Path:
    """The file of an agreement; olga and rita may come."""
    (folder / "secret").write_text(f"{provider.secret}\n")
    lines = {
        "issuer": provider.url,
        "client_id": CLIENT,
        "client_secret_file": "secret" if provider.secret else "",
        "claim": "email",
        **changes,
    }
    path = folder / "oidc.toml"
    people = {"olga@example.com": "olga", "rita@example.com": "rita"}
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    text += "[people]\n"
    text += "".join(
        f"{json.dumps(who)} = {json.dumps(n)}\n" for who, n in people.items()
    )
    path.write_text(text)
    return path


async def visited(address: str) -> str:
    """Where the provider sends a browser that comes here."""
    async with httpx.AsyncClient() as browser:
        return (await browser.get(address)).headers["location"]


def login(ours: OidcProvider) -> str:
    """Who has logged in, by what a browser does in between."""

    async def lived() -> str:
        address = await ours.address("the state", NONCE, VERIFIER)
        back = await visited(address)
        assert back.startswith(f"{ORIGIN}/provider/return?")
        given = parse_qs(urlsplit(back).query)
        assert given["state"] == ["the state"]
        ours.require_issuer(given["iss"][0])
        person, since = await ours.person(given["code"][0], NONCE, VERIFIER)
        assert since <= MORNING.plus(micros=3_601 * MICROS_PER_SECOND)
        return person

    return asyncio.run(lived())


def test_a_person_is_known_by_a_claim(
    provider: Provider, clock: Clock, tmp_path: Path
) -> None:
    ours = provider_at(agreed_with(provider, tmp_path), ORIGIN, clock)
    assert login(ours) == "olga"
    provider.subject = "rita@example.com"
    assert login(ours) == "rita"
    # What it says of itself was asked for once.
    assert provider.asked.count("/keys") == 1
    assert ours.name == provider.url.removeprefix("http://")
    assert provider.begun["scope"] == "openid email"
    assert provider.begun["max_age"] == "3600"


def test_a_public_client_and_a_claim_of_another_name(
    provider: Provider, clock: Clock, tmp_path: Path
) -> None:
    provider.secret = ""
    provider.claims["email_verified"] = None
    path = agreed_with(provider, tmp_path, claim="sub")
    assert login(provider_at(path, ORIGIN, clock)) == "olga"
    assert provider.begun["scope"] == "openid profile"


def test_a_provider_may_turn_its_keys(
    provider: Provider, clock: Clock, tmp_path: Path
) -> None:
    ours = provider_at(agreed_with(provider, tmp_path), ORIGIN, clock)
    assert login(ours) == "olga"
    provider.turn_keys()
    assert login(ours) == "olga"
    assert provider.asked.count("/keys") == 2
    clock.now = clock.now.plus(micros=3_601 * MICROS_PER_SECOND)
    assert login(ours) == "olga"
    assert provider.asked.count("/keys") == 3


SECONDS = MORNING.micros // MICROS_PER_SECOND
CLAIMS: list[dict[str, Any]] = [
    {"iss": "http://127.0.0.1:9"},
    {"iss": None},
    {"aud": "another"},
    {"aud": [CLIENT, "another"]},
    {"aud": [CLIENT, "another"], "azp": "another"},
    {"aud": None},
    {"azp": "another"},
    {"exp": SECONDS - 61},
    {"exp": None},
    {"exp": "soon"},
    {"iat": None},
    {"iat": SECONDS + 61},
    {"nbf": SECONDS + 61},
    {"nonce": "m" * 64},
    {"nonce": None},
    {"auth_time": None},
    {"auth_time": SECONDS - 3_661},
    {"auth_time": "yesterday"},
    {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    {"email_verified": False},
    {"email_verified": "true"},
    {"email_verified": None},
    {"email": "mallory@example.com"},
    {"email": ["olga@example.com"]},
    {"email": None},
    {"sub": None},
]


@pytest.mark.parametrize("claims", CLAIMS, ids=str)
def test_a_token_that_says_something_else_lets_nobody_in(
    provider: Provider, clock: Clock, tmp_path: Path, claims: dict[str, Any]
) -> None:
    ours = provider_at(agreed_with(provider, tmp_path), ORIGIN, clock)
    provider.claims = claims
    with pytest.raises(DistrustError):
        login(ours)
    provider.claims = {}
    assert login(ours) == "olga"


def test_what_is_just_good_enough_lets_in(
    provider: Provider, clock: Clock, tmp_path: Path
) -> None:
    ours = provider_at(agreed_with(provider, tmp_path), ORIGIN, clock)
    provider.claims = {
        "exp": SECONDS - 59, "iat": SECONDS + 59, "auth_time": SECONDS - 3_660,
        "aud": [CLIENT, "another"], "azp": CLIENT,
    }  # fmt: skip
    assert login(ours) == "olga"


def _sign_with_the_secret(provider: Provider) -> None:
    provider.header = {"alg": "HS256"}
    provider.signing = OctKey.import_key(SECRET)


def _sign_with_the_public_key(provider: Provider) -> None:
    """Take what is public for a secret, as a careless library would."""
    public = provider.key.as_pem(private=False)

    def changed(token: str) -> str:
        head = _base64(b'{"alg":"HS256","kid":"first"}')
        said = f"{head}.{token.split('.')[1]}"
        return f"{said}.{_base64(hmac.digest(public, said.encode(), 'sha256'))}"

    provider.changed = changed


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _sign_with_another(provider: Provider) -> None:
    provider.signing = ECKey.generate_key("P-256", {"kid": "first"})


def _name_an_unknown_key(provider: Provider) -> None:
    provider.header = {"alg": "ES256", "kid": "of nobody"}


def _change(change: Callable[[str], str]) -> Callable[[Provider], None]:
    return lambda provider: setattr(provider, "changed", change)


def _unsigned(token: str) -> str:
    return f"eyJhbGciOiJub25lIn0.{token.split('.')[1]}."


def _with_another_signature(token: str) -> str:
    head, body, signature = token.split(".")
    other = "B" if signature[10] == "A" else "A"
    return f"{head}.{body}.{signature[:10]}{other}{signature[11:]}"


@pytest.mark.parametrize(
    "spoil",
    [
        _sign_with_the_secret,
        _sign_with_the_public_key,
        _sign_with_another,
        _name_an_unknown_key,
        _change(_unsigned),
        _change(_with_another_signature),
        _change(lambda token: token[:-1]),
        _change(lambda _: ""),
        _change(lambda _: "a.b.c"),
        _change(lambda _: "a.b.c.d.e"),
    ],
)
def test_a_token_that_the_provider_has_not_signed_lets_nobody_in(
    provider: Provider,
    clock: Clock,
    tmp_path: Path,
    spoil: Callable[[Provider], None],
) -> None:
    ours = provider_at(agreed_with(provider, tmp_path), ORIGIN, clock)
    spoil(provider)
    with pytest.raises(DistrustError):
        login(ours)


def test_no_algorithm_needs_a_secret_of_ours() -> None:
    assert not [name for name in ALGORITHMS if name.startswith(("HS", "none"))]


@pytest.mark.parametrize(
    "answered",
    [
        ("/token", (400, {}, b'{"error":"invalid_client"}'), DistrustError),
        ("/token", (500, {}, b""), TransientError),
        ("/token", (302, {"location": "/elsewhere"}, b""), TransientError),
        ("/token", (200, {}, b"{}"), DistrustError),
        ("/token", (200, {}, b"not JSON"), DistrustError),
        ("/token", (200, {}, b" " * 262_145), TransientError),
        ("/keys", (404, {}, b""), TransientError),
        ("/keys", (200, {}, b"{}"), TransientError),
        ("/keys", (200, {}, b'{"keys":[{"kty":"EC"}]}'), TransientError),
        ("/.well-known/openid-configuration", (200, {}, b"[]"), TransientError),
        ("/.well-known/openid-configuration", (503, {}, b""), TransientError),
    ],
)
def test_a_provider_that_answers_otherwise_lets_nobody_in(
    provider: Provider,
    clock: Clock,
    tmp_path: Path,
    answered: tuple[str, Reply, type[Exception]],
) -> None:
    ours = provider_at(agreed_with(provider, tmp_path), ORIGIN, clock)
    path, reply, error = answered
    provider.replies = {path: reply}
    with pytest.raises(error):
        login(ours)
    provider.replies = {}
    clock.now = clock.now.plus(seconds=5)
    assert login(ours) == "olga"


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://login.example"},
        {"token_endpoint": "http://login.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https:///path"},
    ],
    ids=str,
)
def test_a_provider_that_is_another_or_is_not_safe_is_not_asked(
    provider: Provider, clock: Clock, tmp_path: Path, about: dict[str, str]
) -> None:
    ours = provider_at(agreed_with(provider, tmp_path), ORIGIN, clock)
    provider.about = about
    with pytest.raises(TransientError):
        login(ours)
    assert "/token" not in provider.asked


def test_a_code_of_another_login_is_refused(
    provider: Provider, clock: Clock, tmp_path: Path
) -> None:
    ours = provider_at(agreed_with(provider, tmp_path), ORIGIN, clock)
    assert login(ours) == "olga"

    async def replayed() -> object:
        return await ours.person(CODE, NONCE, VERIFIER)

    async def begun_by_another() -> object:
        await visited(await ours.address("s", NONCE, "w" * 64))
        return await ours.person(CODE, NONCE, VERIFIER)

    for stolen in (replayed, begun_by_another):
        with pytest.raises(DistrustError, match="refuses the code"):
            asyncio.run(stolen())


def test_an_answer_that_names_another_issuer_is_refused(
    provider: Provider, clock: Clock, tmp_path: Path
) -> None:
    ours = provider_at(agreed_with(provider, tmp_path), ORIGIN, clock)
    with pytest.raises(DistrustError, match="want an answer of"):
        ours.require_issuer("https://login.example")


def test_a_provider_that_is_away_is_told_from_one_that_refuses(
    provider: Provider, clock: Clock, tmp_path: Path
) -> None:
    path = agreed_with(provider, tmp_path, issuer="http://127.0.0.1:9")
    with pytest.raises(TransientError, match=r"127\.0\.0\.1:9: ConnectError"):
        login(provider_at(path, ORIGIN, clock))


def test_a_provider_that_is_away_is_left_alone_for_a_moment(
    provider: Provider, clock: Clock, tmp_path: Path
) -> None:
    about = "/.well-known/openid-configuration"
    ours = provider_at(agreed_with(provider, tmp_path), ORIGIN, clock)
    provider.replies[about] = 503, {}, b""

    async def at_once() -> list[str | BaseException]:
        clicks = [ours.address("the state", NONCE, VERIFIER) for _ in range(3)]
        return await asyncio.gather(*clicks, return_exceptions=True)

    said = [str(each) for each in asyncio.run(at_once())]
    assert provider.asked == [about]
    assert ["a moment ago" in each for each in said] == [False, True, True]
    del provider.replies[about]
    clock.now = clock.now.plus(micros=5 * MICROS_PER_SECOND - 1)
    with pytest.raises(TransientError, match="answers 503, a moment ago"):
        login(ours)
    clock.now = clock.now.plus(micros=1)
    assert login(ours) == "olga"


def test_a_clock_that_is_set_back_leaves_a_provider_alone_no_longer(
    provider: Provider, clock: Clock, tmp_path: Path
) -> None:
    ours = provider_at(agreed_with(provider, tmp_path), ORIGIN, clock)
    provider.replies["/keys"] = 503, {}, b""
    with pytest.raises(TransientError, match=r"answers 503$"):
        login(ours)
    del provider.replies["/keys"]
    clock.now = clock.now.plus(seconds=-60)
    assert login(ours) == "olga"


def test_a_secret_that_is_not_the_providers_is_refused(
    provider: Provider, clock: Clock, tmp_path: Path
) -> None:
    path = agreed_with(provider, tmp_path)
    (tmp_path / "secret").write_text("another")
    with pytest.raises(DistrustError, match="refuses the code, or this console"):
        login(provider_at(path, ORIGIN, clock))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "issuer"),
        (f"{AGREED}", "people"),
        (f"{AGREED}scope = 'x'\n[people]", "scope"),
        (f"{AGREED}[people]\na = 'b c'", "people"),
        (f"{AGREED}client_secret_file = 'none'\n[people]", "none: No such file"),
        (f"{AGREED}ca_file = 'oidc.toml'\n[people]", "oidc.toml"),
        ("issuer = 1\nclient_id = 'c'\n[people]", "issuer"),
        ("issuer = 'http://a.example'\nclient_id = 'c'\n[people]", "want https"),
        ("issuer = 'a.example'\nclient_id = 'c'\n[people]", "want https"),
        ("= ", "oidc.toml"),
    ],
)
def test_a_file_that_does_not_say_what_is_needed_is_refused(
    tmp_path: Path, clock: Clock, text: str, why: str
) -> None:
    path = tmp_path / "oidc.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=why):
        provider_at(path, ORIGIN, clock)


def test_only_this_machine_is_spoken_to_in_the_clear() -> None:
    for good in ("https://login.example", "http://127.0.0.1:1", "http://localhost"):
        require_safe(good)
    for bad in ("http://login.example", "ftp://127.0.0.1", "https://", "login.example"):
        with pytest.raises(InputError, match="want https"):
            require_safe(bad)


def test_a_secret_is_in_no_picture_of_what_was_agreed(
    provider: Provider, clock: Clock, tmp_path: Path
) -> None:
    ours = provider_at(agreed_with(provider, tmp_path), ORIGIN, clock)
    assert SECRET not in repr(vars(ours))
