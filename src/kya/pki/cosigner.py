"""Signs checkpoints as a witness, through the signer port (tlog-cosignature v1.0.1)."""

from dataclasses import dataclass, field

from kya.codec.cosignature import cosignature_value, cosigned_message
from kya.codec.note import Algorithm, NoteSignature, VerifierKey
from kya.core.errors import DistrustError
from kya.pki.signer import Signer


@dataclass(frozen=True, slots=True)
class Cosigner:
    """An Ed25519 signer and the name under which its cosignatures appear.

    The name is not in what is signed, so one key has one name. The public key is asked
    for once, here, and pinned.
    """

    name: str
    signer: Signer
    key: VerifierKey = field(init=False)

    def __post_init__(self) -> None:
        """Pin the key; InputError if it is no Ed25519 key."""
        key = VerifierKey(
            name=self.name,
            algorithm=Algorithm.ED25519_COSIGNATURE,
            spki=self.signer.public_key(),
        )
        object.__setattr__(self, "key", key)

    def cosignature(self, text: bytes, seconds: int) -> NoteSignature:
        """Return the line that says: seen at this POSIX time.

        DistrustError if the signer's answer does not verify.
        """
        signature = self.signer.sign(cosigned_message(text, seconds))
        value = cosignature_value(seconds, signature)
        if not self.key.verifies(text, value):
            raise DistrustError(
                f"witness {self.name}: its signature does not verify under its own key"
            )
        return NoteSignature(name=self.name, key_id=self.key.key_id, value=value)
