"""Acts that wait for signatures: each is a line that people sign in their browsers.

Kept in memory alone, for minutes. A note leaves here once enough people have signed
it, and what becomes of it the gateway says.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from kya.codec.note import NoteSignature, SignedNote
from kya.console.kinds import Drafted, may
from kya.console.limits import DRAFT_SECONDS_MAX, DRAFTS_MAX
from kya.console.source import Source
from kya.core.credential import Credential
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.instant import Instant
from kya.pki.holders import require_signature

_ID_BYTES: Final = 16


@dataclass(slots=True, kw_only=True)
class Waiting:
    """One act: who asked for it when, who has signed, and what came of it.

    `entry` is where it stands in the log, `refused` why it does not.
    """

    id: str
    drafted: Drafted
    by: str
    at: Instant
    signatures: list[NoteSignature] = field(default_factory=list[NoteSignature])
    signers: list[Credential] = field(default_factory=list[Credential])
    entry: int | None = None
    refused: str = ""
    is_on_its_way: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nobody can sign it any more."""
        return self.entry is not None or bool(self.refused)

    @property
    def text(self) -> str:
        """What is signed, as it is shown."""
        return self.drafted.text.decode()

    @property
    def names(self) -> str:
        """Who has signed."""
        return " and ".join(signer.name for signer in self.signers)

    def has_signed(self, person: Credential) -> bool:
        """Tell whether this person's signature stands there already."""
        return any(signer.name == person.name for signer in self.signers)

    def ends_at(self) -> Instant:
        """Until when it can be signed."""
        return self.at.later(seconds=DRAFT_SECONDS_MAX)


class Queue:
    """The acts that wait, the oldest first."""

    def __init__(
        self,
        source: Source,
        now: Callable[[], Instant],
        chance: Callable[[int], bytes],
    ) -> None:
        """Wait for none yet."""
        self._source = source
        self._now = now
        self._chance = chance
        self._acts: OrderedDict[str, Waiting] = OrderedDict()

    def add(self, drafted: Drafted, by: Credential) -> Waiting:
        """Return the act that now waits for signatures."""
        if not may(by, drafted.kind):
            raise DistrustError(f"{drafted.kind.value}: not for {by.role.value}")
        self._forget_old()
        if len(self._acts) >= DRAFTS_MAX:
            raise InputError(f"{DRAFTS_MAX} acts wait already; sign or withdraw some")
        waiting = Waiting(
            id=self._chance(_ID_BYTES).hex(),
            drafted=drafted,
            by=by.name,
            at=self._now(),
        )
        self._acts[waiting.id] = waiting
        return waiting

    def find(self, name: str) -> Waiting | None:
        """Return the act of this name, None if it is gone."""
        self._forget_old()
        return self._acts.get(name)

    def open(self) -> list[Waiting]:
        """Return the acts that still want a signature."""
        self._forget_old()
        return [each for each in self._acts.values() if not each.is_over]

    def withdraw(self, waiting: Waiting) -> None:
        """Forget an act that nobody will sign."""
        if not waiting.is_on_its_way:
            self._acts.pop(waiting.id, None)

    async def sign(self, waiting: Waiting, line: str, person: Credential) -> None:
        """Put a person's signature under an act, and send it once it has enough.

        DistrustError for a signature that is not theirs, or does not fit the text.
        """
        if waiting.is_over or waiting.is_on_its_way:
            raise InputError("this act is over: it wants no signature")
        if not may(person, waiting.drafted.kind):
            what = waiting.drafted.kind.value
            raise DistrustError(f"{what}: not for {person.role.value}")
        signature = NoteSignature.parse(line)
        note = SignedNote(waiting.drafted.text, (signature,))
        require_signature(note, signature, person)
        if not waiting.has_signed(person):
            waiting.signatures.append(signature)
            waiting.signers.append(person)
        if self.is_enough(waiting):
            await self._send(waiting)

    def is_enough(self, waiting: Waiting) -> bool:
        """Tell whether those who have signed are enough, by the gateway's rule."""
        try:
            waiting.drafted.require_enough(tuple(waiting.signers))
        except DistrustError:
            return False
        return True

    async def _send(self, waiting: Waiting) -> None:
        """Have the gateway take the note; what it says stands in the act."""
        note = SignedNote(waiting.drafted.text, tuple(waiting.signatures)).render()
        waiting.is_on_its_way = True
        try:
            # Commit point: what the gateway answers is on record, or is not.
            waiting.entry = await asyncio.to_thread(self._source.append, note)
        except (InputError, DistrustError) as error:
            waiting.refused = str(error)
        except TransientError as error:
            # Nobody knows: it may be on record. The pages follow the log and show it.
            waiting.refused = f"no answer of the gateway, look into the log: {error}"
        finally:
            waiting.is_on_its_way = False

    def _forget_old(self) -> None:
        """Forget what nobody can sign in time any more, and what is long over."""
        now = self._now()
        for name, waiting in tuple(self._acts.items()):
            if now > waiting.ends_at() and not waiting.is_on_its_way:
                del self._acts[name]
