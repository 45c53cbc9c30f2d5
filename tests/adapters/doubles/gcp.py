"""Google Cloud KMS as far as we use it: its REST interface and its error bodies."""

import binascii
from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kya.adapters.kms_crc32c import crc32c
from tests.adapters.doubles.service import Mood, Reply, Request, ServiceDouble

RING = "projects/desk/locations/europe-west3/keyRings/agents/cryptoKeys/"
_VERSION = "/cryptoKeyVersions/1"
_FAULTS = {
    Mood.DENIED: (403, "PERMISSION_DENIED"),
    Mood.MISSING: (404, "NOT_FOUND"),
    Mood.THROTTLED: (429, "RESOURCE_EXHAUSTED"),
    Mood.FAILING: (500, "INTERNAL"),
}
_STATES = {Mood.DISABLED: "DISABLED", Mood.PENDING_DELETION: "DESTROY_SCHEDULED"}


class GcpKmsDouble(ServiceDouble):
    """Answers GetCryptoKeyVersion, GetPublicKey, AsymmetricSign and the update."""

    def __init__(self) -> None:
        super().__init__()
        self.flags: dict[str, object] = {}
        self.answers: dict[str, object] = {}
        """Members that replace those of a signature or public key."""

    def resource(self, name: str) -> str:
        return f"{RING}{name}{_VERSION}"

    def answer(self, request: Request) -> Reply:
        if self.mood in _FAULTS:
            return _fault(*_FAULTS[self.mood])
        path, _, verb = request.path.removeprefix(f"/v1/{RING}").partition(":")
        name, _, rest = path.partition(_VERSION)
        if name not in self.keys:
            return _fault(404, "NOT_FOUND")
        match request.method, rest, verb:
            case "GET", "", "":
                return Reply.of(self._version(name))
            case "PATCH", "", "":
                self.disable(name)
                return Reply.of(self._version(name))
            case _ if (state := self._state(name)) != "ENABLED":
                return _fault(400, "FAILED_PRECONDITION", f"not enabled: {state}")
            case "GET", "/publicKey", "":
                return self._public_key(name)
            case "POST", "", "asymmetricSign":
                return self._signed(name, request)
            case _:
                return _fault(404, "NOT_FOUND")

    def _state(self, name: str) -> str:
        if name in self.disabled:
            return "DISABLED"
        return _STATES.get(self.mood, "ENABLED")

    def _version(self, name: str) -> dict[str, object]:
        return {
            "name": self.resource(name),
            "state": self._state(name),
            "algorithm": "EC_SIGN_P256_SHA256",
            "protectionLevel": "HSM",
        } | self.flags

    def _public_key(self, name: str) -> Reply:
        pem = (
            self.keys[name]
            .public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        members = {
            "name": self.resource(name),
            "pem": pem.decode(),
            "pemCrc32c": str(crc32c(pem)),
            "algorithm": "EC_SIGN_P256_SHA256",
        }
        return Reply.of(members | self.answers)

    def _signed(self, name: str, request: Request) -> Reply:
        members = request.members()
        digests = members["digest"]
        if not isinstance(digests, dict):
            return _fault(400, "INVALID_ARGUMENT", "want a digest")
        try:
            digest = b64decode(digests["sha256"], validate=True)
        except (KeyError, binascii.Error):
            return _fault(400, "INVALID_ARGUMENT", "want a digest in base64")
        if members["digestCrc32c"] != str(crc32c(digest)):
            return _fault(400, "INVALID_ARGUMENT", "the sum of the digest is wrong")
        signature = self.signature(name, digest)
        members = {
            "name": self.resource(name),
            "signature": b64encode(signature).decode(),
            "signatureCrc32c": str(crc32c(signature)),
            "verifiedDigestCrc32c": True,
            "protectionLevel": "HSM",
        }
        return Reply.of(members | self.answers)


def _fault(code: int, status: str, message: str = "as the test wants") -> Reply:
    error = {"code": code, "message": message, "status": status}
    return Reply.of({"error": error}, code)
