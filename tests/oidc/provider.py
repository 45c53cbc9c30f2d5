"""An OpenID Connect provider on loopback that asks nobody for a password.

Whoever comes is `subject`; a test changes what it says before it is asked.
"""

import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from kya.core.instant import Instant
from tests.serving import Quiet, serving

CLIENT: Final = "kya console"
SECRET: Final = "s3cret: with + and %"
CODE: Final = "the-code"
Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Provider:
    """What it answers; `claims` and `about` replace what it would say, or drop it."""

    now: Callable[[], Instant]
    url: str = ""
    subject: str = "olga@example.com"
    claims: dict[str, Any] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    header: dict[str, str] = field(default_factory=lambda: {"alg": "ES256"})
    replies: dict[str, Reply] = field(default_factory=dict)
    changed: Callable[[str], str] = field(default=lambda token: token)
    begun: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    secret: str = SECRET
    key: ECKey = field(default_factory=lambda: _a_key("first"))

    def __post_init__(self) -> None:
        self.shown = self.key
        self.signing: ECKey | OctKey = self.key

    def turn_keys(self) -> None:
        """Sign with a new key from now on, and show only that."""
        self.key = self.shown = self.signing = _a_key("second")

    def get(self, path: str, fields: dict[str, str]) -> Reply:
        self.asked.append(path)
        if path in self.replies:
            return self.replies[path]
        if path == "/.well-known/openid-configuration":
            return _json({
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize?tenant=1",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                **self.about,
            })  # fmt: skip
        if path == "/keys":
            return _json(KeySet([self.shown]).as_dict(private=False))
        assert path == "/authorize"
        assert fields["response_type"] == "code"
        assert fields["client_id"] == CLIENT
        assert fields["code_challenge_method"] == "S256"
        self.begun = fields
        answer = {"code": CODE, "state": fields["state"], "iss": self.url}
        back = f"{fields['redirect_uri']}?{urlencode(answer)}"
        return 303, {"location": back}, b""

    def post(self, path: str, fields: dict[str, str], authorization: str) -> Reply:
        self.asked.append(path)
        if path in self.replies:
            return self.replies[path]
        verifier = sha256(fields["code_verifier"].encode()).digest()
        challenge = urlsafe_b64encode(verifier).decode().rstrip("=")
        is_good = (
            fields["grant_type"] == "authorization_code"
            and fields["code"] == CODE
            and fields["redirect_uri"] == self.begun.pop("redirect_uri", "")
            and challenge == self.begun["code_challenge"]
            and self._knows(authorization)
        )
        if not is_good:
            return 400, {}, b'{"error":"invalid_grant"}'
        token = self.changed(self._token())
        return _json({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def _knows(self, authorization: str) -> bool:
        if not self.secret:
            return not authorization
        name, _, secret = b64decode(authorization[6:]).decode().partition(":")
        return (unquote_plus(name), unquote_plus(secret)) == (CLIENT, self.secret)

    def _token(self) -> str:
        seconds = self.now().micros // 1_000_000
        claims = {
            "iss": self.url,
            "sub": self.subject,
            "email": self.subject,
            "email_verified": True,
            "aud": CLIENT,
            "iat": seconds,
            "exp": seconds + 300,
            "auth_time": seconds - 60,
            "nonce": self.begun["nonce"],
            **self.claims,
        }
        said = {name: value for name, value in claims.items() if value is not None}
        header = {"kid": self.key.kid or "", **self.header}
        algorithms = [header["alg"]]
        return jwt.encode(header, said, self.signing, algorithms=algorithms)


def _a_key(name: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": name})


def _json(value: object) -> Reply:
    kind = {"content-type": "application/json"}
    return 200, kind, json.dumps(value).encode()


@contextmanager
def a_provider(now: Callable[[], Instant]) -> Iterator[Provider]:
    """Serve a provider until the block ends."""
    provider = Provider(now)

    class Answers(Quiet):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._answer(provider.get(parts.path, _fields(parts.query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            given = self.headers.get("authorization", "")
            self._answer(provider.post(self.path, _fields(body), given))

        def _answer(self, reply: Reply) -> None:
            status, headers, body = reply
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(Answers) as provider.url:
        yield provider


def _fields(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}
