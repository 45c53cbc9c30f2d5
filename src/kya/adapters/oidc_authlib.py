"""An identity provider over OpenID Connect: code flow with PKCE, claims by Authlib.

What it says of itself is read from its discovery document, and again after an hour or
when a token names a key that is not known. A redirect is followed nowhere.
"""

from asyncio import Lock
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from ssl import SSLContext
from typing import Final
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
import msgspec
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.instant import MICROS_PER_SECOND, Instant

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
"""With a public key alone: a secret that we hold proves nothing to us."""

SIGNED_IN_SECONDS_MAX: Final = 3_600
"""How long ago the person may have shown a password: an hour; else it asks again."""

_SKEW_SECONDS: Final = 60
_KEPT_SECONDS: Final = 3_600
_TIMEOUT_SECONDS: Final = 10.0
_ALONE_SECONDS: Final = 5
"""How long a provider that is away is not asked again, whoever clicks meanwhile."""

_REPLY_BYTES_MAX: Final = 262_144
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_OK: Final = 200
_REFUSALS: Final = frozenset({400, 401, 403})


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the provider and the console have agreed on.

    `claim` is the one whose value says who it is; `people` are those whom it may say,
    each with their name in signatures. Without a secret the client is a public one.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    claim: str
    people: Mapping[str, str]
    returns_to: str
    trust: SSLContext


class _Provider(msgspec.Struct, frozen=True):
    """The part of a discovery document that is used (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Tokens(msgspec.Struct, frozen=True):
    """The part of a token reply that is used (OpenID Connect Core 1.0, 3.1.3.3)."""

    id_token: str
    access_token: str = ""


class _UnknownKeyError(DistrustError):
    """Raised for a token whose key may have come after the keys were read."""


_TOKENS: Final = msgspec.json.Decoder(_Tokens)
_PROVIDER: Final = msgspec.json.Decoder(_Provider)


class OidcProvider:
    """Asks one provider; satisfies the console's `IdentityProvider`."""

    def __init__(self, registration: Registration, now: Callable[[], Instant]) -> None:
        """Ask nothing yet."""
        require_safe(registration.issuer)
        self._ours = registration
        self._now = now
        self._known: tuple[_Provider, KeySet] | None = None
        self._known_at = now()
        self._away: tuple[Instant, TransientError] | None = None
        self._asking = Lock()

    @property
    def name(self) -> str:
        """The provider's host, which people see in their browser, too."""
        return urlsplit(self._ours.issuer).netloc

    async def address(self, state: str, nonce: str, verifier: str) -> str:
        """Return where a browser is sent to log in; TransientError if unknown now."""
        ours = self._ours
        async with self._client() as client:
            provider, _ = await self._provider(client)
        asked = {
            "response_type": "code",
            "client_id": ours.client_id,
            "redirect_uri": ours.returns_to,
            "scope": "openid email" if ours.claim == "email" else "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
            "max_age": str(SIGNED_IN_SECONDS_MAX),
        }
        begun = provider.authorization_endpoint
        return f"{begun}{'&' if '?' in begun else '?'}{urlencode(asked)}"

    async def person(self, code: str, nonce: str, verifier: str) -> tuple[str, Instant]:
        """Return the name in signatures of whoever has logged in, and since when.

        DistrustError if it is nobody of ours, TransientError if nobody can tell now.
        """
        async with self._client() as client:
            provider, keys = await self._provider(client)
            tokens = await self._tokens(client, provider, code, verifier)
            try:
                said = self._claims(tokens, keys, nonce)
            except _UnknownKeyError:
                provider, keys = await self._provider(client, anew=True)
                said = self._claims(tokens, keys, nonce)
        since = Instant(int(said["auth_time"]) * MICROS_PER_SECOND)
        return self._person_in(said), min(since, self._now())

    def require_issuer(self, issuer: str) -> None:
        """Raise unless this is the provider's own name (RFC 9207)."""
        if issuer != self._ours.issuer:
            raise DistrustError(f"login: want an answer of {self._ours.issuer}")

    def _client(self) -> httpx.AsyncClient:
        """Return a client for the questions of one login."""
        return httpx.AsyncClient(verify=self._ours.trust, timeout=_TIMEOUT_SECONDS)

    async def _provider(
        self, client: httpx.AsyncClient, *, anew: bool = False
    ) -> tuple[_Provider, KeySet]:
        """Return what the provider says of itself, and its keys."""
        # One asks; whoever comes meanwhile waits, and is told what came of that.
        async with self._asking:
            now = self._now()
            is_old = now > self._known_at.later(seconds=_KEPT_SECONDS)
            if self._known is None or is_old or anew:
                self._require_not_alone(now)
                try:
                    self._known, self._known_at = await self._asked(client), now
                except TransientError as error:
                    self._away = self._now(), error
                    raise
            return self._known

    def _require_not_alone(self, now: Instant) -> None:
        """Raise TransientError at once while the provider is left alone."""
        if self._away is None:
            return
        since, error = self._away
        # A clock that was set back lengthens nothing.
        if since <= now < since.later(seconds=_ALONE_SECONDS):
            again = f"asked again {_ALONE_SECONDS} s after that"
            raise TransientError(f"{error}, a moment ago; {again}") from error

    async def _asked(self, client: httpx.AsyncClient) -> tuple[_Provider, KeySet]:
        """Ask the provider for what it says of itself, and for its keys."""
        where = f"{self._ours.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            provider = _PROVIDER.decode(await self._read(client, where))
            if provider.issuer != self._ours.issuer:
                raise TransientError(f"{where}: says that it is {provider.issuer}")
            for address in (
                provider.authorization_endpoint,
                provider.token_endpoint,
                provider.jwks_uri,
            ):
                require_safe(address)
            keys = KeySet.import_key_set(
                msgspec.json.decode(await self._read(client, provider.jwks_uri))
            )
        except (msgspec.MsgspecError, InputError) as error:
            raise TransientError(f"{self.name}: {error}") from error
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise TransientError(f"{self.name}: want its keys as JWKs") from error
        return provider, keys

    async def _read(self, client: httpx.AsyncClient, address: str) -> bytes:
        """Return a document of the provider."""
        try:
            reply = await client.get(address)
        except httpx.HTTPError as error:
            raise TransientError(f"{self.name}: {type(error).__name__}") from error
        if reply.status_code != _OK or len(reply.content) > _REPLY_BYTES_MAX:
            raise TransientError(f"{address}: answers {reply.status_code}")
        return reply.content

    async def _tokens(
        self, client: httpx.AsyncClient, provider: _Provider, code: str, verifier: str
    ) -> _Tokens:
        """Return what the provider gives for the code (RFC 6749, 4.1.3)."""
        ours = self._ours
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": ours.returns_to,
            "client_id": ours.client_id,
            "code_verifier": verifier,
        }
        # RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
        secret = httpx.BasicAuth(
            quote_plus(ours.client_id), quote_plus(ours.client_secret)
        )
        try:
            reply = await client.post(
                provider.token_endpoint,
                data=asked,
                auth=secret if ours.client_secret else httpx.USE_CLIENT_DEFAULT,
            )
        except httpx.HTTPError as error:
            raise TransientError(f"{self.name}: {type(error).__name__}") from error
        if reply.status_code in _REFUSALS:
            raise DistrustError(f"{self.name} refuses the code, or this console")
        if reply.status_code != _OK or len(reply.content) > _REPLY_BYTES_MAX:
            raise TransientError(f"{self.name}: answers {reply.status_code}")
        try:
            return _TOKENS.decode(reply.content)
        except msgspec.MsgspecError as error:
            raise DistrustError(f"{self.name} gives no ID token: {error}") from error

    def _claims(self, tokens: _Tokens, keys: KeySet, nonce: str) -> CodeIDToken:
        """Return what the ID token says, all of it checked; DistrustError otherwise."""
        ours, seconds = self._ours, self._now().micros // MICROS_PER_SECOND
        try:
            token = jwt.decode(tokens.id_token, keys, algorithms=list(ALGORITHMS))
            said = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": ours.issuer},
                    "aud": {"essential": True, "value": ours.client_id},
                },
                params={
                    "nonce": nonce,
                    "client_id": ours.client_id,
                    "max_age": SIGNED_IN_SECONDS_MAX,
                    "access_token": tokens.access_token,
                },
            )
            said.validate(now=seconds, leeway=_SKEW_SECONDS)
        except InvalidKeyIdError as error:
            msg = (
                f"{self.name}: its ID token is signed with a key that it does not show"
            )
            raise _UnknownKeyError(msg) from error
        except (JoseError, ValueError, TypeError) as error:
            raise DistrustError(f"{self.name}: its ID token: {error}") from error
        if seconds - said["auth_time"] > SIGNED_IN_SECONDS_MAX + _SKEW_SECONDS:
            raise DistrustError(f"{self.name}: logged in too long ago")
        return said

    def _person_in(self, said: CodeIDToken) -> str:
        """Return whom of ours the claims name."""
        ours = self._ours
        value = said.get(ours.claim)
        if ours.claim == "email" and said.get("email_verified") is not True:
            raise DistrustError(f"{self.name}: does not vouch for the address")
        person = ours.people.get(value) if isinstance(value, str) else None
        if person is None:
            raise DistrustError(f"{self.name} names nobody whom this console knows")
        return person


def _challenge(verifier: str) -> str:
    """Return what shows that whoever has the verifier began (RFC 7636, 4.2: S256)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def require_safe(address: str) -> None:
    """Raise InputError unless what goes there is encrypted or stays on this machine."""
    parts = urlsplit(address)
    is_near = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not (parts.scheme == "https" and parts.hostname) and not is_near:
        raise InputError(f"{address}: want https, or http on this machine")
