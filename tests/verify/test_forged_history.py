"""A forger who holds every key but the root's: re-signed, re-tiled, and still found.

Both judges must see it: the re-execution and the plain scan, which share no code.
"""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kya.authority import acts
from kya.authority.revocations import revocation_list
from kya.codec import canonical
from kya.codec.note import NoteSignature, SignedNote
from kya.codec.registrations import render_registration
from kya.codec.reports import render_equivocation
from kya.codec.statements import Issuance
from kya.core.credential import ReasonCode
from kya.core.fold import apply
from kya.core.instant import Instant
from kya.core.lifecycle import Act
from kya.core.order import Order
from kya.core.order_events import Equivocated
from kya.core.power_events import RevocationScheduled
from kya.core.registration import Attestor, Enrolment, Registration
from kya.pki.note_signer import NoteSigner, sign_note
from kya.verify.finding import Verdict
from kya.verify.report import Report
from tests.verify.packages import (
    OTHER_LOG,
    Handed,
    another_root,
    busy_world,
    failing,
    handed_over,
    judged,
    later,
    policy_of,
    published,
    sentences,
)
from tests.world import IN_MEMORY, MORNING, World, eur, signer_for


def verdict_on(world: World, tmp_path: Path) -> Report:
    return handed_over(world, tmp_path / "evidence").verified()


def both_judges(report: Report, question: int) -> bool:
    """Tell whether re-execution and plain scan each name an entry."""
    said = [s for s in sentences(report, question) if s.startswith("entry ")]
    plain = ["plain scan" in s for s in said]
    return True in plain and False in plain


def test_an_order_above_the_maximum_that_was_allowed(tmp_path: Path) -> None:
    world = World()
    small = world.order(created_at=later(world))
    big = replace(small, amount=eur("25000.01"))
    judged(world, big, as_if=small)
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 4)
    assert "order.amount_max" in str(sentences(report, 4))


def test_a_day_above_its_maximum_that_was_allowed(tmp_path: Path) -> None:
    world = World()
    for _ in range(20):
        world.trade(world.order(created_at=later(world), amount=eur("25000.00")))
    penny = world.order(created_at=later(world), amount=eur("0.01"))
    judged(world, penny, as_if=replace(penny, market="GBP/EUR"))
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 4)
    assert "daily.amount_max" in str(sentences(report, 4))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"market": "BTC/EUR"}, "market.not_allowed"),
        ({"venue": "SIMX"}, "venue.not_allowed"),
        ({"region": "us-east-1"}, "region.not_allowed"),
        ({"client_order_id": "c-1"}, "client_order_id.duplicate"),
        ({"prev": "1" * 64}, "sequence.prev"),
    ],
)
def test_an_order_outside_its_scope_that_was_allowed(
    tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    order = world.order(created_at=later(world))
    changed: Order = replace(order, **changes)  # type: ignore[arg-type]
    judged(world, changed, as_if=order)
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 4)
    assert reason in str(sentences(report, 4))


def test_a_standing_that_was_ignored(tmp_path: Path) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    world.change_standing(Act.SUSPEND, later(world))
    judged(world, world.order(created_at=later(world, 120)))
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 4)
    assert "credential.suspended" in str(sentences(report, 4))


def test_a_denial_without_a_rule(tmp_path: Path) -> None:
    world = World()
    small = world.order(created_at=later(world))
    judged(world, small, as_if=replace(small, amount=eur("180000.00")))
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 5)
    assert 4 not in failing(report)


def test_a_decision_altered_in_one_measured_value(tmp_path: Path) -> None:
    world = World()
    judged(
        world,
        world.order(created_at=later(world)),
        line=lambda line: line.replace(b'"measured":"20000.00"', b'"measured":"1.00"'),
    )
    report = verdict_on(world, tmp_path)
    assert failing(report) == {5}
    assert "re-executed" in str(sentences(report, 5))


def test_an_entry_removed_and_the_log_signed_again(tmp_path: Path) -> None:
    world = busy_world()
    del world.entries[10:13]  # the first order, its decision, its report
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 10)


def test_two_orders_in_each_others_place(tmp_path: Path) -> None:
    world = World()
    for _ in range(2):
        world.trade(world.order(created_at=later(world)))
    world.entries[-4:] = world.entries[-2:] + world.entries[-4:-2]
    assert both_judges(verdict_on(world, tmp_path), 10)


def test_a_decision_that_is_missing(tmp_path: Path) -> None:
    world = World()
    for _ in range(2):
        world.trade(world.order(created_at=later(world)))
    del world.entries[-3]
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 5)


def test_an_order_without_a_decision_at_the_end(tmp_path: Path) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    del world.entries[-1]
    assert 5 in failing(verdict_on(world, tmp_path))


def test_an_order_that_another_key_signed(tmp_path: Path) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    text = SignedNote.parse(world.entries[-2]).text
    thief = NoteSigner("algo_trader_v2", signer_for("thief"))
    line = thief.signature(text)
    forged = SignedNote(
        text,
        (
            NoteSignature(
                name=line.name, key_id=world.agent.key.key_id, value=line.value
            ),
        ),
    )
    world.entries[-2] = forged.render()
    report = verdict_on(world, tmp_path)
    assert 2 in failing(report)
    assert "does not fit the text" in str(sentences(report, 2))


def test_a_mandate_after_the_certificate_that_names_it(tmp_path: Path) -> None:
    world = World()
    mandate, registered, certificate = world.entries[-3:]
    world.entries[-3:] = [registered, certificate, mandate]
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 3)


def test_a_mandate_that_one_director_signed(tmp_path: Path) -> None:
    world = World()
    note = SignedNote.parse(world.entries[-3])
    world.entries[-3] = SignedNote(note.text, note.signatures[:1]).render()
    report = verdict_on(world, tmp_path)
    assert "want 2 different directors" in str(sentences(report, 3))


def test_a_report_of_another_venue(tmp_path: Path) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    world.report(1)
    forged = world.entries[-1].replace(b'"venue":"SIMA"', b'"venue":"SIMB"')
    text = SignedNote.parse(forged).text
    world.entries[-1] = sign_note(text, world.gateway).render()
    assert both_judges(verdict_on(world, tmp_path), 9)


def test_a_second_final_report(tmp_path: Path) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    world.report(1)
    world.entries.append(world.entries[-1])
    assert both_judges(verdict_on(world, tmp_path), 9)


def test_a_wrong_predecessor_that_was_denied_leaves_question_10_open(
    tmp_path: Path,
) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    world.trade(world.order(created_at=later(world), prev="2" * 64))
    report = verdict_on(world, tmp_path)
    assert report.answer(10).verdict is Verdict.UNKNOWN
    assert "predecessor" in str(sentences(report, 10))
    assert not failing(report)


def _equivocation(world: World, other: bytes) -> bytes:
    leaf = "0" * 64
    event = Equivocated(
        agent="algo_trader_v2", seq=1, order=leaf, conflicting=other, at=world.now
    )
    text = render_equivocation(event)
    return text.replace(leaf.encode(), _leaf(world).encode())


def _leaf(world: World) -> str:
    return world.state.agents["algo_trader_v2"].unanswered[1].leaf


def test_a_true_equivocation_is_a_remark(tmp_path: Path) -> None:
    world = World()
    first = world.order(created_at=later(world))
    world.trade(first)
    other = world.order_note(replace(first, amount=eur("1.00")))
    world.append(sign_note(_equivocation(world, other), world.gateway).render())
    report = verdict_on(world, tmp_path)
    assert not failing(report)
    assert "signed two orders under seq 1" in str(sentences(report, 10))


@pytest.mark.parametrize("case", ["same", "seq", "unsigned"])
def test_a_false_equivocation_fails(tmp_path: Path, case: str) -> None:
    world = World()
    first = world.order(created_at=later(world))
    world.trade(first)
    other = world.order_note(
        {
            "same": first,
            "seq": replace(first, seq=2),
            "unsigned": replace(first, amount=eur("1.00")),
        }[case]
    )
    if case == "same":
        other = world.entries[-2]
    if case == "unsigned":
        thief = NoteSigner("algo_trader_v2", signer_for("thief"))
        other = sign_note(SignedNote.parse(other).text, thief).render()
    world.append(sign_note(_equivocation(world, other), world.gateway).render())
    assert 10 in failing(verdict_on(world, tmp_path))


def test_another_root_is_refused(tmp_path: Path) -> None:
    handed = handed_over(busy_world(1), tmp_path / "evidence")
    other = another_root()
    report = handed.verified(root_pem=other)
    assert failing(report) >= {0, 1}
    assert "opened under root" in str(sentences(report, 1))
    assert report.answer(2).verdict is Verdict.UNKNOWN


def rewritten(world: World, handed: Handed, out: Path) -> Handed:
    """Return the package with its tree head signed by a key that nobody certified."""
    shutil.copytree(handed.path, out)
    forged = replace(handed, path=out)
    head = published(world.entries, OTHER_LOG)("checkpoint")
    genuine = forged.read("log/checkpoint")
    for file in out.rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes().replace(genuine, head))
    forged.write("policy.txt", policy_of(OTHER_LOG))
    forged.list_again()
    return forged


@pytest.mark.parametrize("brings", ["policy", "nothing"])
def test_a_log_key_that_nothing_certifies_does_not_count(
    tmp_path: Path, brings: str
) -> None:
    world = busy_world(1)
    handed = handed_over(world, tmp_path / "evidence")
    forged = rewritten(world, handed, tmp_path / "forged")
    policy = handed.policy if brings == "policy" else None
    report = forged.verified(policy=policy)
    assert 8 in failing(report)
    assert "policy.txt" in str(sentences(report, 8))


def test_a_tail_cut_back_shows_against_a_held_checkpoint(tmp_path: Path) -> None:
    world = busy_world()
    held = published(world.entries, world.log)("checkpoint")
    short = handed_over(world, tmp_path / "evidence", entries=world.entries[:16])
    assert short.verified().exit_code == 3
    report = short.verified(held_checkpoint=held)
    assert failing(report) == {8}
    assert "tail is cut back" in str(sentences(report, 8))


def test_a_log_rewritten_below_a_held_checkpoint(tmp_path: Path) -> None:
    world, other = busy_world(), World()
    other.trade(other.order(created_at=MORNING.plus(seconds=99)))
    for _ in range(8):
        other.trade(other.order(created_at=later(other)))
    held = published(world.entries[:15], world.log)("checkpoint")
    report = handed_over(other, tmp_path / "evidence").verified(held_checkpoint=held)
    assert failing(report) == {8}
    assert "rewritten" in str(sentences(report, 8))


def test_a_held_checkpoint_by_another_key(tmp_path: Path) -> None:
    world = busy_world(1)
    held = published(world.entries[:9], OTHER_LOG)("checkpoint")
    report = handed_over(world, tmp_path / "evidence").verified(held_checkpoint=held)
    assert failing(report) == {8}


def test_a_former_checkpoint_that_does_not_fit(tmp_path: Path) -> None:
    world = busy_world(1)
    other = World()
    for _ in range(3):
        other.trade(other.order(created_at=later(other, 7)))
    handed = handed_over(world, tmp_path / "evidence")
    stray = published(other.entries[:13], world.log)("checkpoint")
    handed.write("checkpoints/13.note", stray)
    handed.list_again()
    assert "checkpoints/13.note" in str(sentences(handed.verified(), 8))


def test_a_registration_that_one_operator_signed(tmp_path: Path) -> None:
    world = World()
    note = SignedNote.parse(world.entries[-2])
    world.entries[-2] = SignedNote(note.text, note.signatures[:1]).render()
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 1)
    assert "want 2 different operators" in str(sentences(report, 1))


def test_a_registration_that_the_authority_signed(tmp_path: Path) -> None:
    world = World()
    text = SignedNote.parse(world.entries[-2]).text
    world.entries[-2] = sign_note(text, world.authority).render()
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 1)


def test_a_certificate_that_nobody_registered(tmp_path: Path) -> None:
    world = World()
    del world.entries[-2]
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 1)
    assert "no such registration" in str(sentences(report, 1))


def test_a_certificate_for_which_less_was_shown_than_asked(tmp_path: Path) -> None:
    world = World()
    node = ("node=worker-1",)
    asked = world.registration(attestor=Attestor.KUBERNETES, selectors=node)
    world.entries[-2:] = [
        acts.register(asked, *world.operators),
        certified(world, asked, shown=("node=worker-2",)),
    ]
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 1)
    assert "not shown: node=worker-1" in str(sentences(report, 1))


def test_a_certificate_after_its_registration_had_ended(tmp_path: Path) -> None:
    world = World()
    brief = world.registration(expires_at=world.now.plus(micros=1))
    late = world.now.plus(micros=2)
    world.entries[-2:] = [
        acts.register(brief, *world.operators),
        certified(world, brief, shown=(), at=late),
    ]
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 1)


def test_a_custody_that_the_certificate_does_not_say(tmp_path: Path) -> None:
    world = World()
    text = SignedNote.parse(world.entries[-1]).text
    safer = text.replace(b"memory, software", b"token, attested")
    world.entries[-1] = sign_note(safer, world.authority).render()
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 1)
    assert "custody: the certificate says 'memory" in str(sentences(report, 1))


def test_a_reinstatement_that_one_operator_signed(tmp_path: Path) -> None:
    world = World()
    world.change_standing(Act.SUSPEND, later(world))
    world.change_standing(Act.REINSTATE, later(world, 180))
    note = SignedNote.parse(world.entries[-1])
    world.entries[-1] = SignedNote(note.text, note.signatures[:1]).render()
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 1)
    assert "want 2 different operators" in str(sentences(report, 1))


def test_a_reinstatement_that_is_played_again(tmp_path: Path) -> None:
    world = World()
    world.change_standing(Act.SUSPEND, later(world))
    world.change_standing(Act.REINSTATE, later(world, 180))
    lifted = world.entries[-1]
    world.change_standing(Act.SUSPEND, later(world, 240))
    world.entries.append(lifted)
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 1)


def certified(
    world: World,
    asked: Registration,
    *,
    shown: tuple[str, ...],
    at: Instant | None = None,
) -> bytes:
    """The agent's certificate as an authority would sign that does not look."""
    digest = canonical.digest(render_registration(asked))
    issuance = Issuance(
        certificate=world.certificate,
        custody=IN_MEMORY,
        replaces=None,
        at=at or world.now,
        enrolment=Enrolment(registration=digest, attestor=asked.attestor, shown=shown),
    )
    return acts.certify(world.authority, issuance)


def test_a_revocation_that_ends_the_log_without_its_list(tmp_path: Path) -> None:
    world = busy_world(1)
    world.entries = world.entries[:-3]  # the revocation stays, its list goes
    report = verdict_on(world, tmp_path)
    assert failing(report) == {1}
    assert "without its list" in str(sentences(report, 1))


def test_an_order_between_a_revocation_and_its_list(tmp_path: Path) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    act, listing = world.revocation_notes(world.state, world.revocation(later(world)))
    world.entries.append(act)
    judged(world, world.order(created_at=later(world, 120)))
    world.entries.append(listing)
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 1)
    assert "must be its list" in str(sentences(report, 1))


@pytest.mark.parametrize(
    ("lie", "sentence"),
    [
        ({"code": ReasonCode.SUPERSEDED}, "for superseded"),
        ({"at": MORNING.plus(seconds=59)}, "09:15:59.000000Z on for cessation"),
    ],
    ids=["reason", "date"],
)
def test_a_list_that_tells_a_revocation_otherwise(
    tmp_path: Path, lie: dict[str, Any], sentence: str
) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    event = world.revocation(MORNING.plus(seconds=600))
    act, _ = world.revocation_notes(world.state, event)
    told = apply(world.state, replace(event, **lie))
    crl = revocation_list(world.issuer, told, event.at)
    world.append(act)
    world.append(acts.publish_revocations(world.authority, crl, 1, event.at))
    report = verdict_on(world, tmp_path)
    assert failing(report) == {1}
    assert sentence in str(sentences(report, 1))


def test_an_order_that_was_allowed_although_an_end_was_due(tmp_path: Path) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    due = later(world, 120)
    world.schedule(due, later(world))
    judged(world, world.order(created_at=due))
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 4)
    assert "credential.revoked" in str(sentences(report, 4))


def test_an_order_dated_back_to_before_its_revocation(tmp_path: Path) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    world.revoke(later(world, 120))
    # Gateway and agent agree on a time before; the log's order says otherwise.
    judged(world, world.order(created_at=later(world, 60)))
    report = verdict_on(world, tmp_path)
    assert both_judges(report, 4)
    assert "credential.revoked" in str(sentences(report, 4))


def test_a_schedule_that_puts_off_an_end(tmp_path: Path) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    world.schedule(later(world, 120), later(world))
    event = RevocationScheduled(
        credential=world.credential,
        code=ReasonCode.SUPERSEDED,
        reason="not yet",
        due=later(world, 600),
        at=later(world),
    )
    world.entries.append(acts.schedule(world.authority, event))
    report = verdict_on(world, tmp_path)
    assert failing(report) == {1}
    assert "want it sooner" in str(sentences(report, 1))


def test_an_empty_log_fails(tmp_path: Path) -> None:
    handed = handed_over(busy_world(1), tmp_path / "evidence")
    empty = published([], World().log)("checkpoint")
    handed.write("log/checkpoint", empty)
    report = handed.verified()
    assert failing(report) >= {0, 1, 2, 3, 4, 5, 10}


def test_a_report_that_counts_otherwise_fails(tmp_path: Path) -> None:
    handed = handed_over(busy_world(1), tmp_path / "evidence")
    text = handed.read("report.csv").replace(b"attempts,3", b"attempts,2")
    handed.write("report.csv", text)
    handed.list_again()
    assert "report.csv: is not what the log gives" in str(
        sentences(handed.verified(), 0)
    )


def test_a_period_narrowed_in_the_report_hides_no_order_file(tmp_path: Path) -> None:
    handed = handed_over(busy_world(1), tmp_path / "evidence")
    text = handed.read("report.json").replace(b"1970-01-01", b"2026-05-16")
    handed.write("report.json", text)
    handed.list_again()
    assert 0 in failing(handed.verified())
