"""AWS KMS as far as we use it: JSON 1.1 over HTTP, its error names and key states.

`moto` is the cross-check. It cannot serve here: a disabled key of its still signs, and
a digest is hashed again.
"""

from base64 import b64decode, b64encode

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.adapters.doubles.service import Mood, Reply, Request, ServiceDouble

REGION = "eu-central-1"
DIGEST_BYTES = 32
_ARN = f"arn:aws:kms:{REGION}:111122223333:key/"

_STATES = {Mood.DISABLED: "Disabled", Mood.PENDING_DELETION: "PendingDeletion"}
_FAULTS = {
    Mood.DENIED: ("AccessDeniedException", 400),
    Mood.MISSING: ("NotFoundException", 400),
    Mood.THROTTLED: ("ThrottlingException", 400),
    Mood.FAILING: ("KMSInternalException", 500),
}
_STATE_FAULTS = {
    "Disabled": "DisabledException",
    "PendingDeletion": "KMSInvalidStateException",
}


class AwsKmsDouble(ServiceDouble):
    """Answers DescribeKey, GetPublicKey, Sign and DisableKey."""

    def __init__(self) -> None:
        super().__init__()
        self.flags: dict[str, object] = {}
        self.answers_for: str | None = None
        """The key that answers say they are about, if not the one asked for."""

    def arn(self, name: str) -> str:
        return _ARN + name

    def answer(self, request: Request) -> Reply:
        if self.mood in _FAULTS:
            return _fault(*_FAULTS[self.mood])
        name = request.text("KeyId").removeprefix(_ARN).removeprefix("alias/")
        if name not in self.keys:
            return _fault("NotFoundException", 400)
        match request.headers["X-Amz-Target"]:
            case "TrentService.DescribeKey":
                return Reply.of({"KeyMetadata": self._metadata(name)})
            case "TrentService.DisableKey":
                if not self.deaf:
                    self.disable(name)
                return Reply(200, b"")
            case target if (state := self._state(name)) != "Enabled":
                return _fault(_STATE_FAULTS[state], 400, f"{target}: {state}")
            case "TrentService.GetPublicKey":
                return self._public_key(name)
            case "TrentService.Sign":
                return self._signed(name, request)
            case target:
                return _fault("UnknownOperationException", 400, target)

    def _state(self, name: str) -> str:
        if name in self.disabled:
            return "Disabled"
        return _STATES.get(self.mood, "Enabled")

    def _metadata(self, name: str) -> dict[str, object]:
        return {
            "Arn": self.arn(name),
            "KeyId": name,
            "KeyState": self._state(name),
            "KeyUsage": "SIGN_VERIFY",
            "KeySpec": "ECC_NIST_P256",
            "Origin": "AWS_KMS",
            "MultiRegion": False,
            "Enabled": self._state(name) == "Enabled",
        } | self.flags

    def _said(self, name: str) -> str:
        return self.arn(self.answers_for or name)

    def _public_key(self, name: str) -> Reply:
        spki = (
            self.keys[name]
            .public_key()
            .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        )
        return Reply.of(
            {"KeyId": self._said(name), "PublicKey": b64encode(spki).decode()}
        )

    def _signed(self, name: str, request: Request) -> Reply:
        if request.text("SigningAlgorithm") != "ECDSA_SHA_256":
            return _fault("InvalidKeyUsageException", 400)
        digest = b64decode(request.text("Message"), validate=True)
        if request.text("MessageType") != "DIGEST" or len(digest) != DIGEST_BYTES:
            return _fault("ValidationException", 400, "want a digest of 32 octets")
        signature = self.signature(name, digest)
        return Reply.of(
            {
                "KeyId": self._said(name),
                "Signature": b64encode(signature).decode(),
                "SigningAlgorithm": "ECDSA_SHA_256",
            }
        )


def _fault(name: str, status: int, message: str = "as the test wants") -> Reply:
    return Reply.of({"__type": name, "message": message}, status)
