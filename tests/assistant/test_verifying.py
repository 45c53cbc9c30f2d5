"""A verifier that believes no server: whatever is altered on the way is found."""

import asyncio
from dataclasses import replace
from functools import cache

import msgspec
import pytest

from kya.assistant.asked import Verification
from kya.assistant.verifying import FAILS, HOLDS, UNKNOWN, Evidence, verified
from kya.client import questions
from kya.client.http import AsyncClient
from kya.client.models import LoggedEntry
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner
from kya.tlog.policy import Log, Policy
from tests.programs.office import an_office
from tests.programs.test_reading import busy
from tests.world import AGENT, signer_for

POLICY = Policy(logs=(Log(key=busy().log.key),))


@cache
def evidence(seq: int = 2) -> Evidence:
    """What a server gives of an order."""
    world = busy()
    gateway = world.state.issued_to["gateway"][-1]

    async def run() -> Evidence:
        with an_office(world) as office:
            await office.lounge.look()
            async with AsyncClient(office.program()) as client:
                signer = await client.ask(questions.certificate(gateway))
                return Evidence(
                    agent=AGENT,
                    seq=seq,
                    told=await client.ask(questions.order(AGENT, seq)),
                    holder=await client.ask(questions.certificate(world.credential)),
                    gateway=signer,
                )

    return asyncio.run(run())


def told(**changes: object) -> Evidence:
    """The evidence with the server's story changed."""
    return replace(evidence(), told=msgspec.structs.replace(evidence().told, **changes))


def but(logged: LoggedEntry, **changes: object) -> LoggedEntry:
    return msgspec.structs.replace(logged, **changes)


def verdicts(found: Verification) -> list[str]:
    return [finding.verdict for finding in found.findings]


def test_sound_evidence_holds_and_says_what_was_not_asked() -> None:
    for seq in (1, 2):
        found = verified(evidence(seq), POLICY)
        assert found.verdict == HOLDS
        assert verdicts(found) == [HOLDS] * 5 + [UNKNOWN]
        assert found.log_size == len(busy().entries)


def test_every_altered_byte_of_an_entry_is_found() -> None:
    base = evidence().told
    for name, entry in (("order", base.order), ("decision", base.decision)):
        text = entry.entry
        for place in range(0, len(text), 31):
            other = "0" if text[place] != "0" else "1"
            altered = but(entry, entry=text[:place] + other + text[place + 1 :])
            found = verified(told(**{name: altered}), POLICY)
            assert found.verdict == FAILS, place
            assert found.log_size == 0


@pytest.mark.parametrize("name", ["order", "decision"])
def test_every_altered_character_of_a_proof_is_found(name: str) -> None:
    entry: LoggedEntry = getattr(evidence().told, name)
    for place in range(0, len(entry.proof), 13):
        other = "A" if entry.proof[place] != "A" else "B"
        proof = entry.proof[:place] + other + entry.proof[place + 1 :]
        found = verified(told(**{name: but(entry, proof=proof)}), POLICY)
        assert found.verdict == FAILS, proof


def test_another_order_or_story_is_found() -> None:
    first, second = evidence(1).told, evidence(2).told
    holder = evidence().holder
    for altered in (
        replace(evidence(), seq=3),
        replace(evidence(), agent="another"),
        told(outcome="denied"),
        told(reasons=["order.amount_max"]),
        told(controls=second.controls[1:]),
        told(controls=first.controls),
        told(order=first.order),
        told(decision=first.decision),
        told(order=but(second.order, index=first.order.index)),
        replace(evidence(), holder=evidence().gateway or holder),
        replace(evidence(), holder=second.order),
        replace(evidence(), gateway=holder),
        replace(evidence(), gateway=but(holder, proof="")),
    ):
        assert verified(altered, POLICY).verdict == FAILS


def test_another_log_is_found() -> None:
    other = NoteSigner(busy().log.name, signer_for("another log", KeyAlgorithm.ED25519))
    policy = Policy(logs=(Log(key=other.key),))
    assert verified(evidence(), policy).verdict == FAILS


def test_a_gateway_whose_certificate_nobody_gives_is_unknown() -> None:
    found = verified(replace(evidence(), gateway=None), POLICY)
    assert found.verdict == UNKNOWN
    assert verdicts(found).count(UNKNOWN) == 2
