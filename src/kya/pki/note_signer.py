"""Signs C2SP notes through the signer port, and checks each signature it got."""

from dataclasses import dataclass, field

from kya.codec.note import NoteSignature, SignedNote, VerifierKey
from kya.core.errors import DistrustError
from kya.pki.signer import Signer


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A P-256 or Ed25519 signer and the name under which its signatures appear.

    The public key is asked for once, here, and pinned.
    """

    name: str
    signer: Signer
    key: VerifierKey = field(init=False)

    def __post_init__(self) -> None:
        """Pin the key; InputError for a kind that notes do not know."""
        spki = self.signer.public_key()
        object.__setattr__(self, "key", VerifierKey.from_spki(self.name, spki))

    def signature(self, text: bytes) -> NoteSignature:
        """Return the line under the text; DistrustError if it does not verify."""
        value = self.signer.sign(text)
        if not self.key.verifies(text, value):
            raise DistrustError(
                f"signer {self.name}: its signature does not verify under its own key"
            )
        return NoteSignature(name=self.name, key_id=self.key.key_id, value=value)


def sign_note(text: bytes, *signers: NoteSigner) -> SignedNote:
    """Return the text under one line of each signer, in this order."""
    return SignedNote(text, tuple([signer.signature(text) for signer in signers]))


def add_signature(note: SignedNote, signer: NoteSigner) -> SignedNote:
    """Return the note with one more line, for people who sign one after the other."""
    return SignedNote(note.text, (*note.signatures, signer.signature(note.text)))
