"""The firm's halt by the gateway itself, where its configuration asks for one.

A halt is an entry: every decision after it says why it denies, whoever verifies comes
to the same, cancels pass, and two people lift it.
"""

import asyncio
import logging
from typing import Final

from kya.codec.halts import render_halt
from kya.core.halt import Halt, TradingState
from kya.core.instant import Instant
from kya.core.levels import FIRM
from kya.core.state import State
from kya.gateway.statements import Statements
from kya.pki.note_signer import NoteSigner, sign_note

_LOG: Final = logging.getLogger("kya.halt")


def is_halted(state: State) -> bool:
    """Tell whether the firm is halted already."""
    halt = state.halts.get(FIRM)
    return halt is not None and halt.halt.state is TradingState.HALTED


async def halt_firm(
    statements: Statements, signer: NoteSigner, reason: str, now: Instant
) -> None:
    """Put the halt on record; whoever lifts it has as long again."""
    halt = Halt(place=FIRM, state=TradingState.HALTED, reason=reason, at=now)
    _LOG.error("%s: the firm is halted", reason)
    # A key store may block; the event loop, and every order, must not.
    note = await asyncio.to_thread(sign_note, render_halt(halt), signer)
    await statements.record(note.render())
