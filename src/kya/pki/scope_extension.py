"""The certificate extension that says what the board allowed (spec/certificate.md).

AgentScope ::= SEQUENCE {
    version            INTEGER (1),
    policyLanguage     OBJECT IDENTIFIER,
    policyHash         OCTET STRING (SIZE (32)),   -- SHA-256 of policy
    authorizationHash  OCTET STRING (SIZE (32)),   -- SHA-256 of the mandate line
    policy             UTF8String (SIZE (2..4096)) }
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from kya.core.errors import MalformedError
from kya.core.limits import SCOPE_BYTES_MAX
from kya.pki import der
from kya.pki.oids import POLICY_LANGUAGE_JCS

_VERSION: Final = 1
_HASH_BYTES: Final = 32
_MEMBER_TAGS: Final = (
    der.INTEGER,
    der.OBJECT_IDENTIFIER,
    der.OCTET_STRING,
    der.OCTET_STRING,
    der.UTF8_STRING,
)


@dataclass(frozen=True, slots=True)
class AgentScope:
    """A scope's canonical JSON and the hash of the mandate line that grants it.

    That the JSON is canonical and means a scope is for the codec to say; here it is one
    object in UTF-8 without control characters, of at most 4 KiB.
    """

    policy: bytes
    mandate_hash: bytes

    def __post_init__(self) -> None:
        """Refuse what cannot be a scope's text or a SHA-256."""
        if len(self.mandate_hash) != _HASH_BYTES:
            raise MalformedError(
                f"scope extension: want a 32-octet hash, got {len(self.mandate_hash)}"
            )
        if len(self.policy) > SCOPE_BYTES_MAX:
            raise MalformedError(
                f"scope extension: policy is above {SCOPE_BYTES_MAX} bytes"
            )
        try:
            self.policy.decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedError("scope extension: policy is not UTF-8") from error
        if not _is_one_line_object(self.policy):
            raise MalformedError(
                "scope extension: policy is not one line holding a JSON object"
            )

    @property
    def policy_hash(self) -> bytes:
        """SHA-256 of the policy."""
        return sha256(self.policy).digest()

    def encode(self) -> bytes:
        """Return the DER of the extension's value."""
        return der.sequence(
            der.integer(_VERSION),
            der.object_identifier(POLICY_LANGUAGE_JCS),
            der.encode(der.OCTET_STRING, self.policy_hash),
            der.encode(der.OCTET_STRING, self.mandate_hash),
            der.encode(der.UTF8_STRING, self.policy),
        )

    @classmethod
    def decode(cls, encoded: bytes) -> Self:
        """Read the one spelling that `encode` writes; MalformedError for any other."""
        outer = der.elements(encoded)
        if len(outer) != 1 or outer[0].tag != der.SEQUENCE:
            raise MalformedError("scope extension: want one SEQUENCE")
        members = der.elements(outer[0].content)
        if tuple(member.tag for member in members) != _MEMBER_TAGS:
            raise MalformedError(
                "scope extension: want version, language, two hashes and policy"
            )
        scope = cls(policy=members[4].content, mandate_hash=members[3].content)
        if members[2].content != scope.policy_hash:
            raise MalformedError(
                "scope extension: policyHash is not the SHA-256 of policy"
            )
        if scope.encode() != encoded:
            raise MalformedError(
                "scope extension: other version or language, or not DER"
            )
        return scope


def _is_one_line_object(text: bytes) -> bool:
    """Whether braces enclose the text and no octet in it is a control character."""
    return (
        text.startswith(b"{")
        and text.endswith(b"}")
        and len(text) > 1
        and min(text) >= ord(" ")
    )
