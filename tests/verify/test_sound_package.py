import json
import subprocess
import sys
from pathlib import Path

import pytest

from kya.authority import acts
from kya.codec.tally import Selection
from kya.core.errors import InputError
from kya.core.instant import Day
from kya.evidence.archive import archive
from kya.evidence.build import everything
from kya.pki.note_signer import NoteSigner
from kya.verify.brought import Brought
from kya.verify.finding import Verdict
from kya.verify.verify import verify, verify_package
from tests.verify.packages import (
    OTHER_LOG,
    Handed,
    busy_world,
    handed_over,
    later,
    policy_of,
    published,
    sentences,
)
from tests.world import AGENT, World, eur, signer_for, the_mandate

HOLDS, FAILS, UNKNOWN = Verdict.HOLDS, Verdict.FAILS, Verdict.UNKNOWN


def test_seven_questions_hold_and_three_cannot_be_told_yet(sound: Handed) -> None:
    report = sound.verified()
    verdicts = {answer.question: answer.verdict for answer in report.answers}
    assert verdicts == {n: UNKNOWN if n in {6, 7, 9} else HOLDS for n in range(1, 11)}
    assert report.package.verdict is HOLDS
    assert report.exit_code == 3


def test_the_verifier_counts_for_itself(sound: Handed, world: World) -> None:
    subject = sound.verified().subject
    assert (subject.entries, subject.orders) == (len(world.entries), 6)
    assert subject.agents == ("algo_trader_v2",)


def test_each_unknown_says_what_is_missing(sound: Handed) -> None:
    report = sound.verified()
    assert "baseline" in str(sentences(report, 6))
    assert "incident" in str(sentences(report, 7))
    assert "drop copy" in str(sentences(report, 9))


def test_without_policy_or_checkpoint_of_its_own_question_8_is_unknown(
    sound: Handed,
) -> None:
    answer = sound.verified(policy=None).answer(8)
    assert answer.verdict is UNKNOWN
    assert "verifier's own" in answer.findings[0].sentence


def test_a_held_checkpoint_is_enough_for_question_8(
    sound: Handed, world: World
) -> None:
    held = published(world.entries[:20], world.log)("checkpoint")
    answer = sound.verified(policy=None, held_checkpoint=held).answer(8)
    assert answer.verdict is HOLDS
    assert "begins with the 20 entries" in str(answer.findings)


def test_question_8_says_what_it_does_not_show(sound: Handed) -> None:
    assert "not shown" in str(sentences(sound.verified(), 8))
    assert "--checkpoint" in str(sentences(sound.verified(), 8))


def test_an_archive_gets_the_same_answers_as_its_folder(
    sound: Handed, tmp_path: Path
) -> None:
    packed = tmp_path / "evidence.tar.gz"
    archive(sound.path, packed)
    report = verify_package(packed, root_pem=sound.root, policy=sound.policy)
    assert [a.verdict for a in report.answers] == [
        a.verdict for a in sound.verified().answers
    ]
    assert report.package.verdict is HOLDS


def test_a_period_shows_its_own_orders_and_the_whole_log(tmp_path: Path) -> None:
    day = Day.parse("2026-05-16")
    selection = Selection(agent="algo_trader_v2", first=day, last=day)
    package = handed_over(busy_world(), tmp_path / "evidence", selection=selection)
    assert not (package.path / "orders").exists()
    report = package.verified()
    assert report.package.verdict is HOLDS
    assert report.subject.orders == 6


def test_a_log_of_more_than_one_bundle_holds(tmp_path: Path) -> None:
    package = handed_over(busy_world(100), tmp_path / "evidence", 256, 300)
    report = package.verified()
    assert report.exit_code == 3
    assert (package.path / "log/tile/entries/000").exists()


def test_an_agent_keeps_its_past_under_a_new_certificate(tmp_path: Path) -> None:
    world = busy_world(2)
    former = world.credential
    world.now = world.now.plus(seconds=3_600)
    world.agent = NoteSigner(AGENT, signer_for("new key"))
    world.issue_agent(world.agent, replaces=former)
    world.trade(world.order(created_at=world.now.plus(seconds=60)))
    package = handed_over(world, tmp_path / "evidence")
    report = package.verified()
    assert report.exit_code == 3
    assert "4 under" in str(sentences(report, 2))
    assert "1 under" in str(sentences(report, 2))
    agent = json.loads(package.read("report.json"))["agents"][AGENT]
    assert [found["orders"] for found in agent["certificates"]] == [4, 1]
    assert {lapse["name"]: lapse["seconds"] for lapse in agent["times"]} == {
        "stopped_to_suspended": "300.000000",
        "suspended_to_revoked": "100.000000",
        "revoked_to_replaced": "3700.000000",
        "restored_to_allowed": "60.000000",
    }


def of_two_agents() -> World:
    """Return a world in which two agents take turns under their own mandates."""
    world, other = World(), "other_bot"
    own, theirs = world.agent, NoteSigner(other, signer_for(other))
    world.mandate = the_mandate(world.scope, other)
    world.append(acts.resolve(world.mandate, *world.directors))
    world.issue_agent(theirs)
    for number in range(1, 4):
        at = later(world)
        world.agent = own
        world.trade(world.order(created_at=at, amount=eur("25000.00")))
        past = world.state.agents[other].past
        order = world.order(
            agent=other,
            credential=world.state.issued_to[other][0],
            seq=number,
            prev=past.prev,
            created_at=at,
            amount=eur("1.00"),
        )
        world.agent = theirs
        world.trade(order)
    return world


def test_two_agents_are_counted_each_for_itself(tmp_path: Path) -> None:
    package = handed_over(of_two_agents(), tmp_path / "evidence")
    report = package.verified()
    assert report.exit_code == 3
    assert "agents: 2, orders: 6" in str(sentences(report, 10))
    assert len(list((package.path / "orders" / "other_bot").iterdir())) == 6


def test_the_evidence_of_one_agent_shows_its_orders_alone(tmp_path: Path) -> None:
    package = handed_over(
        of_two_agents(), tmp_path / "evidence", selection=everything("other_bot")
    )
    report = package.verified()
    assert report.package.verdict is HOLDS
    assert report.subject.agents == ("other_bot",)
    assert not (package.path / "orders" / AGENT).exists()


def test_the_json_form_says_the_same(sound: Handed) -> None:
    report = sound.verified()
    document = json.loads(report.to_json())
    assert [a["verdict"] for a in document["answers"]] == [
        a.verdict.value for a in report.answers
    ]
    assert document["exit_code"] == 3
    assert document["not_checked"]


def test_verifying_changes_nothing_in_the_package(package: Handed) -> None:
    before = {p: p.read_bytes() for p in package.path.rglob("*") if p.is_file()}
    package.verified()
    assert before == {p: p.read_bytes() for p in package.path.rglob("*") if p.is_file()}


def test_progress_is_told(sound: Handed) -> None:
    told: list[str] = []
    brought = Brought.read(sound.root, None, None)
    verify(sound.path, brought, progress=lambda what, _done, _total: told.append(what))
    assert "entries" in told


@pytest.mark.parametrize(
    "brought", ["root_pem", "policy", "held_checkpoint", "executions"]
)
def test_what_the_verifier_brings_must_be_what_it_is_called(
    sound: Handed, brought: str
) -> None:
    with pytest.raises(InputError):
        sound.verified(**{brought: b"nonsense"})


def test_no_package_is_a_wrong_question(sound: Handed, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="want a package"):
        verify_package(tmp_path / "nowhere", root_pem=sound.root)


def test_a_policy_with_another_key_fails(sound: Handed) -> None:
    report = sound.verified(policy=policy_of(OTHER_LOG))
    assert report.answer(8).verdict is FAILS
    assert report.exit_code == 1


def test_the_verifier_opens_no_socket_and_starts_no_program(sound: Handed) -> None:
    code = f"""
import sys
from pathlib import Path

def refuse(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "os.fork")):
        raise SystemExit(event)

sys.addaudithook(refuse)
from kya.verify.verify import verify_package
report = verify_package(Path({str(sound.path)!r}), root_pem={sound.root!r})
print(report.exit_code, "asyncio" in sys.modules)
"""
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "3 False"
