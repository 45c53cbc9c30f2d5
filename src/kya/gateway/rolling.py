"""Going on under the next name: the last checkpoint, and the entry that begins with it.

Two people have ended the log under its name by then. A crash anywhere here leaves a log
that has ended, or one that goes on; the next start does what is left.
"""

from kya.codec.rolls import render_continuation
from kya.core.errors import CorruptionError
from kya.core.roll import LogContinued
from kya.gateway.scribe import Scribe


async def go_on(scribe: Scribe) -> None:
    """Have a log that a roll has ended go on under the name that the roll says."""
    sequencer = scribe.sequencer
    rolled = sequencer.state.rolled
    if rolled is None:
        return
    last = await sequencer.publish()
    note = sequencer.published_note
    if note is None or last.size != sequencer.size:
        raise CorruptionError(f"log {rolled.origin}: it has ended, and yet grows")
    # Commit point: nobody can add to the former name any more.
    event = LogContinued(origin=rolled.successor, checkpoint=note, at=scribe.latest())
    await sequencer.append(scribe.sign(render_continuation(event), event))
    await sequencer.publish()
