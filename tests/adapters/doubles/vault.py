"""The transit engine of Vault and OpenBao as far as we use it."""

from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.adapters.doubles.service import Mood, Reply, Request, ServiceDouble

TOKEN = "hvs.test"
_FAULTS = {
    Mood.DENIED: (403, "permission denied"),
    Mood.MISSING: (404, ""),
    # Nothing is disabled there; the right to sign is taken away.
    Mood.DISABLED: (403, "permission denied"),
    Mood.PENDING_DELETION: (404, ""),
    Mood.THROTTLED: (429, "request path: rate limit quota exceeded"),
    Mood.FAILING: (500, "internal error"),
}


class VaultTransitDouble(ServiceDouble):
    """Answers the reading of a key, and `sign` with a digest."""

    def __init__(self) -> None:
        super().__init__()
        self.flags: dict[str, object] = {}
        self.latest = 1
        self.prefix: str | None = None
        """What stands before the signature, if not the version asked for."""

    def answer(self, request: Request) -> Reply:
        if request.headers.get("X-Vault-Token") != TOKEN:
            return _fault(403, "permission denied")
        if self.mood in _FAULTS:
            return _fault(*_FAULTS[self.mood])
        _, _, mount, verb, name = request.path.split("/")
        if mount != "transit" or name not in self.keys:
            return _fault(404, "")
        match request.method, verb:
            case "GET", "keys":
                return Reply.of({"data": self._description(name)})
            case "POST" | "PUT", "sign":
                return self._signed(name, request)
            case _:
                return _fault(405, "unsupported operation")

    def _description(self, name: str) -> dict[str, object]:
        pem = (
            self.keys[name]
            .public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        version = {"name": "P-256", "public_key": pem.decode()}
        return {
            "name": name,
            "type": "ecdsa-p256",
            "exportable": False,
            "allow_plaintext_backup": False,
            "deletion_allowed": False,
            "derived": False,
            "supports_signing": True,
            "imported_key": False,
            "latest_version": self.latest,
            "min_available_version": 0,
            "keys": {str(number + 1): version for number in range(self.latest)},
        } | self.flags

    def _signed(self, name: str, request: Request) -> Reply:
        members = request.members()
        wanted = {
            "prehashed": True,
            "hash_algorithm": "sha2-256",
            "marshaling_algorithm": "asn1",
        }
        if any(members.get(member) != value for member, value in wanted.items()):
            return _fault(400, "want an asn1 signature over a sha2-256 digest")
        signature = self.signature(
            name, b64decode(request.text("input"), validate=True)
        )
        prefix = self.prefix or f"vault:v{members['key_version']}:"
        return Reply.of({"data": {"signature": prefix + b64encode(signature).decode()}})


def _fault(status: int, error: str) -> Reply:
    return Reply.of({"errors": [error] if error else []}, status)
