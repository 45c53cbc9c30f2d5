"""Azure Key Vault as far as we use it: TLS, its challenge, and JSON Web Keys.

The client library sends no token without TLS, and none before it was challenged.
"""

import ssl
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.adapters.doubles.service import Mood, Reply, Request, ServiceDouble

VERSION = "0123456789abcdef0123456789abcdef"
_CHALLENGE = (
    'Bearer authorization="https://login.example/11111111-2222-3333-4444-555555555555",'
    ' resource="https://vault.azure.net"'
)
_FAULTS = {
    Mood.DENIED: (403, "Forbidden"),
    Mood.MISSING: (404, "KeyNotFound"),
    Mood.PENDING_DELETION: (404, "KeyNotFound"),  # A deleted key is in another place.
    Mood.THROTTLED: (429, "Throttled"),
    Mood.FAILING: (500, "InternalServerError"),
}


class AzureVaultDouble(ServiceDouble):
    """Answers get, update and sign of a key version."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        super().__init__(tls)
        self.attributes: dict[str, object] = {}
        self.members: dict[str, object] = {}
        self.authority: str | None = None
        self.release_policy: dict[str, object] | None = None
        self.cut = 0
        """How many octets are missing from each signature."""

    def answer(self, request: Request) -> Reply:
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return Reply(401, b"", {"WWW-Authenticate": _CHALLENGE})
        if self.mood in _FAULTS:
            return _fault(*_FAULTS[self.mood])
        _, _, name, *rest = request.path.split("/")
        if name not in self.keys:
            return _fault(404, "KeyNotFound")
        match request.method, rest:
            case "GET", ["" | "0123456789abcdef0123456789abcdef"] | []:
                return Reply.of(self._bundle(name))
            case "PATCH", [_]:
                self.disable(name)
                return Reply.of(self._bundle(name))
            case "POST", [version, "sign"] if version == VERSION:
                return self._signed(name, request)
            case _:
                return _fault(404, "KeyNotFound")

    def kid(self, name: str) -> str:
        return f"{self.url}/keys/{name}/{VERSION}"

    def _enabled(self, name: str) -> bool:
        return name not in self.disabled and self.mood is not Mood.DISABLED

    def _bundle(self, name: str) -> dict[str, object]:
        numbers = self.keys[name].public_key().public_numbers()
        jwk: dict[str, object] = {
            "kid": self.kid(name),
            "kty": "EC-HSM",
            "crv": "P-256",
            "x": _base64url(numbers.x.to_bytes(32)),
            "y": _base64url(numbers.y.to_bytes(32)),
            "key_ops": ["sign", "verify"],
        }
        attributes: dict[str, object] = {
            "enabled": self._enabled(name),
            "exportable": False,
            "created": 1_790_000_000,
            "updated": 1_790_000_000,
        }
        key = jwk | self.members
        return {
            "key": key,
            "attributes": attributes | self.attributes,
            "release_policy": self.release_policy,
        }

    def _signed(self, name: str, request: Request) -> Reply:
        if not self._enabled(name):
            return _fault(403, "Forbidden", "Operation sign: the key is disabled.")
        if request.text("alg") != "ES256":
            return _fault(400, "BadParameter", "want ES256")
        digest = urlsafe_b64decode(request.text("value") + "==")
        r, s = decode_dss_signature(self.signature(name, digest))
        raw = (r.to_bytes(32) + s.to_bytes(32))[: 64 - self.cut]
        return Reply.of({"kid": self.kid(name), "value": _base64url(raw)})


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def _fault(status: int, code: str, message: str = "as the test wants") -> Reply:
    return Reply.of({"error": {"code": code, "message": message}}, status)
