"""An installation whose agent has traded on paper for a fortnight that is over.

The orders are those of the case study, moved by whole weeks so that their last day is
before today: whoever starts a gateway here finds a log to learn a baseline from.
"""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kya.adapters.store_files import directory_stores
from kya.cli.up import first_config
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.core.mandate import Mandate
from kya.core.scope_limits import Limits
from kya.demo.flow import PlannedOrder, draw_flow
from kya.demo.seed import SEED
from kya.pki.certificate import not_before, parse_certificate
from kya.pki.entries import Entry
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from kya.sequencer.sequencer import Sequencer
from kya.wiring.clock import system_clock
from kya.wiring.founding import found
from kya.wiring.installation import AUTHORITY, GATEWAY, LOG, Opened
from tests.world import AGENT, FOUNDED, World, signer_for, the_mandate, the_scope

WEEK: Final = 7 * 86_400 * MICROS_PER_SECOND
OVER: Final = Instant.parse("2026-05-15T00:00:00.000000Z")
STRANGE: Final = 123
"""The `seq` of the one order that was not the agent's own doing."""

_AT_ONCE: Final = 240


def observed_at(data: Path) -> None:
    """Found an installation there and fill its log; no gateway runs yet."""
    now = system_clock().clock.now()
    shift = (now.micros - OVER.micros) // WEEK * WEEK
    founded = FOUNDED.plus(micros=shift)
    config = first_config("CryptoEX AG", "cryptoex.example", 0, "2026")
    world = InstalledWorld(
        scope=the_scope(
            limits=Limits(
                score_warn_bps=7_500,
                score_critical_bps=8_500,
                baseline_days=90,
                baseline_warn_days=75,
            ),
            live_from=OVER.plus(micros=shift),
        ),
        now=founded,
        opened=found(data, config, founded),
    )
    for seq, planned in enumerate(draw_flow(SEED).observed, 1):
        _trade(world, planned, shift, seq)
    asyncio.run(_store(world))


@dataclass(kw_only=True)
class InstalledWorld(World):
    """A world with the keys and certificates of an installation."""

    opened: Opened

    def __post_init__(self) -> None:
        """Open the log as the installation's own services would."""
        opened = self.opened
        self.root = opened.certificate("root")
        self.root_list = opened.root_list()
        self.issuer = opened.issuer()
        self.authority = opened.note_signer(AUTHORITY)
        self.gateway = opened.note_signer(GATEWAY)
        self.log = opened.note_signer(LOG)
        self.directors = self._people("director", "anna", "bernd")
        self.operators = self._people("operator", "alice", "bob")
        self.agent = NoteSigner(AGENT, signer_for(AGENT))
        self._serial = 2**64 + 3
        self._open()
        self._grant(self._mandate())

    def _people(self, role: str, *names: str) -> tuple[NoteSigner, ...]:
        """The signers of people whose keys this host keeps."""
        cabinet = self.opened.cabinet
        return tuple(
            NoteSigner(name, cabinet.create(f"{role}-{name}", KeyAlgorithm.P256))
            for name in names
        )

    def _mandate(self) -> Mandate:
        """The story's mandate, from this world's own beginning."""
        start = not_before(parse_certificate(self.issuer.certificate))
        return replace(
            the_mandate(self.scope),
            resolved_at=self.now,
            valid_from=start,
            valid_until=start.plus(seconds=400 * 86_400),
        )


def _trade(world: World, planned: PlannedOrder, shift: int, seq: int) -> None:
    """One order of the fortnight, decided and filled; one is far too large."""
    amount = planned.amount
    if seq == STRANGE:
        amount = type(amount)(amount.minor_units * 8, amount.currency)
    order = world.order(
        market=planned.market,
        side=planned.side,
        amount=amount,
        venue=planned.venue,
        created_at=planned.at.plus(micros=shift),
    )
    if world.trade(order) == "allowed":
        world.report(seq)


async def _store(world: InstalledWorld) -> None:
    """Write the world's log into its installation, and publish it."""
    opened = world.opened
    sequencer = await Sequencer.open(
        directory_stores(opened.data), opened.note_signer(LOG)
    )
    try:
        for start in range(0, len(world.entries), _AT_ONCE):
            raws = world.entries[start : start + _AT_ONCE]
            await sequencer.append(*map(Entry.read, raws))
        await sequencer.publish()
    finally:
        await sequencer.close()
