"""The shell verifier over good packages and over every kind of bad one.

A mutant may have its SHA256SUMS written again, as a forger would, so that it is not the
checksums alone that catch it.
"""

import os
import re
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from kya.authority import acts, ceremony
from kya.authority.revocations import revocation_list
from kya.codec.canonical import digest
from kya.codec.note import SignedNote
from kya.codec.orders import parse_order, render_order
from kya.codec.tally import Selection
from kya.core.credential import ReasonCode
from kya.core.fold import apply
from kya.core.instant import Day, Instant
from kya.core.lifecycle import Act
from kya.core.money import Currency, Money, Price
from kya.core.order import OrderType, Side
from kya.core.power_events import EnrolmentRefused, RevocationScheduled, StandingChanged
from kya.core.scope import Calendar, DailyMaxPer
from kya.pki.entries import Entry
from kya.pki.keys import KeyAlgorithm
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.pem import CERTIFICATE, to_pem
from kya.tlog.merkle import leaf_hash
from kya.tlog.policy import Log, Policy
from tests.evidence.shell_package import (
    ShellPackage,
    build,
    relaid,
    signed_head,
    story_world,
)
from tests.world import (
    AGENT,
    FOUNDED,
    INSTALLATION,
    MORNING,
    ORIGIN,
    World,
    eur,
    signer_for,
    the_scope,
)

SCRIPT: Final = Path(__file__).resolve().parents[2] / "src/kya/evidence/verify.sh"
ORDER_1: Final = "orders/algo_trader_v2/000000001.note"
UNKNOWN_YET: Final = {"files", "Q6", "Q7", "Q9"}
_ROW: Final = re.compile(r"^ *(files|Q\d+)  (HOLDS|FAILS|UNKNOWN) +(.*)$", re.MULTILINE)


def _openssl_is_3() -> bool:
    """Whether the openssl command is one that the script accepts."""
    try:
        version = subprocess.run(
            ["openssl", "version"], capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        return False
    return re.match(r"OpenSSL ([3-9]|[1-9]\d)\.", version) is not None


pytestmark = pytest.mark.skipif(
    not _openssl_is_3(), reason="needs the openssl command, version 3.0 or later"
)


class Answer:
    """What the script said: the exit code, and for each question verdict and reason."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code, self.text, self.talk = done.returncode, done.stdout, done.stderr
        rows = _ROW.findall(self.text.partition("\n\nEverything")[0])
        self.verdicts = {row[0]: row[1] for row in rows}
        self.reasons = {row[0]: row[2] for row in rows}

    def failing(self) -> set[str]:
        """Return the questions that FAIL."""
        return {name for name, verdict in self.verdicts.items() if verdict == "FAILS"}


def run(*arguments: object, **changes: str) -> Answer:
    """Run the published script, with the environment changed as told."""
    done = subprocess.run(
        ["sh", str(SCRIPT), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | changes,
        timeout=300,
    )
    return Answer(done)


def verify(package: ShellPackage, **changes: str) -> Answer:
    """Run it with everything that a regulator can bring."""
    return run(
        *("--root", package.root, "--policy", package.policy),
        *("--checkpoint", package.held, package.path),
        **changes,
    )


def holds(package: ShellPackage, **changes: str) -> Answer:
    """Return the answer of a package that holds wherever it can be told."""
    answer = verify(package, **changes)
    unknown = {name for name, said in answer.verdicts.items() if said == "UNKNOWN"}
    assert (answer.failing(), unknown) == (set(), UNKNOWN_YET), (
        answer.text + answer.talk
    )
    return answer


def path_with(awk: str, folder: Path) -> str:
    """Return a search path on which this is the awk; skip where it is not installed."""
    found = shutil.which(awk)
    if found is None:
        pytest.skip(f"{awk} is not installed")
    (folder / "bin").mkdir()
    (folder / "bin" / "awk").symlink_to(found)
    return f"{folder / 'bin'}:/usr/bin:/bin"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> ShellPackage:
    return build(tmp_path_factory.mktemp("good"), story_world())


@pytest.fixture
def copy(good: ShellPackage, tmp_path: Path) -> ShellPackage:
    shutil.copytree(good.path, tmp_path / "package")
    return replace(good, path=tmp_path / "package")


# ------------------------------------------------------------------- a good package


def test_a_good_package_holds_wherever_it_can_be_told(good: ShellPackage) -> None:
    answer = verify(good)
    assert answer.code == 3, answer.text + answer.talk
    unknown = {name for name, said in answer.verdicts.items() if said == "UNKNOWN"}
    assert unknown == UNKNOWN_YET
    assert answer.failing() == set()
    assert set(answer.verdicts) == {"files", *(f"Q{n}" for n in range(1, 11))}
    assert "UNKNOWN: 7 HOLDS, 0 FAILS, 4 UNKNOWN (exit 3)" in answer.text


def test_the_table_says_what_was_counted(good: ShellPackage) -> None:
    reasons = verify(good).reasons
    assert "7 of 7 order signatures" in reasons["Q2"]
    assert "5 allowed orders" in reasons["Q4"]
    assert "5 allowed, 1 denied, 1 refused" in reasons["Q5"]
    assert "algo_trader_v2 1 to 7: no gap" in reasons["Q10"]


def test_nothing_is_called_compliant_or_approved(good: ShellPackage) -> None:
    source = SCRIPT.read_text("utf-8")
    for text in (source, verify(good).text):
        # "compliance" is a role that people hold, and says nothing of the law.
        assert not re.search(r"(?i)compliant|approv", text)


@pytest.mark.parametrize("awk", ["mawk", "gawk"])
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_every_awk_and_shell_says_the_same(
    good: ShellPackage, tmp_path: Path, awk: str, shell: str
) -> None:
    programs = {"awk": shutil.which(awk), "sh": shutil.which(shell)}
    for name, program in programs.items():
        if program is None:
            pytest.skip(f"{awk} or {shell} is not installed")
        (tmp_path / name).symlink_to(program)
    path = f"{tmp_path}:{os.environ['PATH']}"
    assert verify(good, PATH=path).text == verify(good).text


def test_an_awk_that_cannot_write_nul_is_refused(
    good: ShellPackage, tmp_path: Path
) -> None:
    (tmp_path / "awk").write_text("#!/bin/sh\nexec tr -d '\\000'\n")
    (tmp_path / "awk").chmod(0o755)
    answer = verify(good, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert answer.code == 4
    assert "NUL" in answer.talk


def test_question_8_stays_open_without_anything_of_ones_own(good: ShellPackage) -> None:
    answer = run("--root", good.root, good.path)
    assert (answer.code, answer.verdicts["Q8"]) == (3, "UNKNOWN")


def test_either_policy_or_checkpoint_settles_question_8(good: ShellPackage) -> None:
    for option in (("--policy", good.policy), ("--checkpoint", good.held)):
        answer = run(f"--root={good.root}", *option, good.path)
        assert answer.verdicts["Q8"] == "HOLDS", answer.text


def test_the_copy_in_the_package_runs_from_any_folder(
    good: ShellPackage, tmp_path: Path
) -> None:
    done = subprocess.run(
        ["sh", str(good.path / "verify/verify.sh"), "--root", str(good.root)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stdout + done.stderr


def test_nothing_stays_behind(good: ShellPackage, tmp_path: Path) -> None:
    before = sorted(good.path.rglob("*"))
    verify(good, TMPDIR=str(tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert sorted(good.path.rglob("*")) == before


def test_no_verdict_comes_of_a_tool_that_stops_halfway(
    good: ShellPackage, tmp_path: Path
) -> None:
    real = shutil.which("awk")
    (tmp_path / "awk").write_text(
        f'#!/bin/sh\ncase "$*" in *judge.full*) exit 2 ;; esac\nexec {real} "$@"\n'
    )
    (tmp_path / "awk").chmod(0o755)
    answer = verify(good, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert (answer.code, answer.text) == (4, "")
    assert "the program judge stopped" in answer.talk


def test_every_reason_comes_out_again(tmp_path: Path) -> None:
    world = World()
    noon = Instant.parse("2026-05-14T12:00:00.000000Z")  # paper, a day before live
    first = world.order(created_at=noon)
    changes: list[dict[str, object]] = [
        {"client_order_id": first.client_order_id},
        {"prev": "f" * 64},
        {"created_at": noon.plus(micros=-2_000_001)},
        {"created_at": noon.plus(micros=2_000_000)},
        {"market": "BTC/EUR"},
        {"venue": "SIMX", "region": "us-east-1"},
        {"amount": Money.parse("0.25000000", Currency("BTC"))},
        {"amount": Money.parse("20000", Currency("JPY"))},
        {"amount": eur("25000.00"), "side": Side.SELL},
        {"amount": eur("25000.01")},
        {"type": OrderType.LIMIT, "limit_price": Price.parse("1.38111")},
    ]
    world.trade(first, noon)
    outcomes = [
        world.trade(world.order(**{"created_at": noon, **change}), noon)
        for change in changes
    ]
    for text in (
        "2026-05-14T16:59:59.999999Z",
        "2026-05-14T17:00:00.000000Z",
        "2026-05-15T07:59:59.999999Z",
        "2026-05-15T08:00:00.000000Z",
        "2026-05-17T12:00:00.000000Z",
    ):
        at = Instant.parse(text)
        outcomes.append(world.trade(world.order(created_at=at), at))
    assert outcomes.count("allowed") == 5
    package = build(tmp_path, world)
    assert "17 of 17 decisions" in holds(package).reasons["Q5"]


def test_a_scope_counted_per_agent_on_every_day_comes_out_again(tmp_path: Path) -> None:
    scope = the_scope(
        daily_max_per=DailyMaxPer.AGENT,
        calendar=Calendar.EVERY_DAY,
        daily_max=eur("50000.00"),
    )
    world = World(scope=scope)
    sunday = Instant.parse("2026-05-17T12:00:00.000000Z")
    outcomes = [
        world.trade(world.order(market=market, created_at=sunday), sunday)
        for market in ("EUR/USD", "GBP/EUR", "EUR/USD")
    ]
    assert outcomes == ["allowed", "allowed", "denied"]
    holds(build(tmp_path, world))


def test_a_replaced_certificate_carries_the_chain_on(tmp_path: Path) -> None:
    world = story_world(2)
    former = world.credential
    world.agent = NoteSigner(AGENT, signer_for("second"))
    world.issue_agent(world.agent, replaces=former)
    world.now = Instant.parse("2026-05-25T09:00:00.000000Z")
    assert world.trade() == "allowed"
    reasons = holds(build(tmp_path, world)).reasons
    assert "2 agent certificates" in reasons["Q3"]
    assert "1 to 5" in reasons["Q10"]


def test_a_reinstated_certificate_may_go_on(tmp_path: Path) -> None:
    world = World()
    world.trade()
    for act in (Act.SUSPEND, Act.REINSTATE):
        world.change_standing(act, world.now)
        world.now = world.now.plus(seconds=60)
    assert world.trade() == "allowed"
    holds(build(tmp_path, world))


def test_an_end_that_was_scheduled_is_judged_and_listed(tmp_path: Path) -> None:
    world = World()
    assert world.trade() == "allowed"
    due = world.now.plus(seconds=60, micros=7)
    world.schedule(due, world.now, ReasonCode.SUPERSEDED)
    world.now = due.plus(micros=-1)
    assert world.trade(received_at=world.now) == "allowed"
    assert world.trade(received_at=due) == "refused"
    world.revoke(due.plus(seconds=2), ReasonCode.SUPERSEDED)
    assert world.trade(received_at=due.plus(seconds=3)) == "refused"
    assert f"since {due}"[:25] in holds(build(tmp_path, world)).reasons["Q1"]


@pytest.mark.parametrize("code", ReasonCode)
def test_a_list_may_give_any_reason_that_is_final(
    tmp_path: Path, code: ReasonCode
) -> None:
    world = World()
    world.trade()
    world.revoke(world.now, code)
    holds(build(tmp_path, world))


def _revoked_but_listed_as(world: World, told: StandingChanged) -> None:
    """Revoke a minute from now, and list what this other event would have said."""
    truth = world.revocation(world.now.plus(seconds=60))
    crl = revocation_list(world.issuer, apply(world.state, told), truth.at)
    world.append(acts.sign_standing(world.authority, truth))
    world.append(acts.publish_revocations(world.authority, crl, 1, truth.at))


def _another_reason(world: World) -> None:
    at = world.now.plus(seconds=60)
    _revoked_but_listed_as(world, world.revocation(at, ReasonCode.KEY_COMPROMISE))


def _another_date(world: World) -> None:
    _revoked_but_listed_as(world, world.revocation(world.now))


def _no_list(world: World) -> None:
    act, _ = world.revocation_notes(world.state, world.revocation(world.now))
    world.append(act)


def _something_between(world: World) -> None:
    act, listing = world.revocation_notes(world.state, world.revocation(world.now))
    world.entries.append(act)
    world.trade()
    world.entries.append(listing)


def _put_off(world: World) -> None:
    world.schedule(world.now.plus(seconds=60), world.now)
    event = RevocationScheduled(
        credential=world.credential,
        code=ReasonCode.SUPERSEDED,
        reason="later",
        due=world.now.plus(seconds=600),
        at=world.now,
    )
    world.entries.append(acts.schedule(world.authority, event))


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        (_another_reason, "does not list exactly what the log has revoked"),
        (_another_date, "does not list exactly what the log has revoked"),
        (_no_list, "its revocation list does not follow it"),
        (_something_between, "the entry after a revocation must be its list"),
        (_put_off, "which it would put off"),
    ],
)
def test_a_revocation_told_otherwise_fails(
    tmp_path: Path, lie: Callable[[World], None], words: str
) -> None:
    world = World()
    world.trade()
    lie(world)
    answer = verify(build(tmp_path, world))
    assert answer.verdicts["Q1"] == "FAILS"
    assert words in answer.text


def test_a_package_of_one_period_says_how_many_orders_it_shows(tmp_path: Path) -> None:
    world = story_world(2)
    selection = Selection(
        agent=AGENT, first=Day.parse("2026-05-23"), last=Day.parse("2026-05-30")
    )
    package = build(tmp_path, world, selection=selection)
    assert "1 of 4 orders are laid out" in holds(package).reasons["Q10"]


# --------------------------------------------------------------------- asked wrongly


def test_a_root_is_demanded(good: ShellPackage) -> None:
    answer = run(good.path)
    assert answer.code == 2
    assert "--root is missing" in answer.talk


@pytest.mark.parametrize("option", ["--root", "--policy", "--checkpoint"])
def test_what_lies_in_the_package_is_not_ones_own(
    good: ShellPackage, tmp_path: Path, option: str
) -> None:
    inside = {
        "--root": "trust/root.pem",
        "--policy": "policy.txt",
        "--checkpoint": "log/checkpoint",
    }[option]
    link = tmp_path / "link"
    link.symlink_to(good.path / inside)
    for path in (good.path / inside, link):
        answer = run("--root", good.root, option, path, good.path)
        assert answer.code == 2
        assert "inside the package" in answer.talk


def test_an_unknown_option_is_refused(good: ShellPackage) -> None:
    assert run("--root", good.root, "--trust-me", good.path).code == 2
    assert run("--root").code == 2
    assert run("--root", good.root, good.path, good.path).code == 2
    assert run("--root", good.root, good.path / "orders").code == 2


# ------------------------------------------------------------------------ files


def test_a_changed_file_is_named(copy: ShellPackage) -> None:
    path = copy.path / "report.csv"
    path.write_bytes(path.read_bytes() + b"more\n")
    answer = verify(copy)
    assert (answer.code, answer.failing()) == (1, {"files"})
    assert "report.csv: changed" in answer.reasons["files"]


def test_a_missing_file_is_named(copy: ShellPackage) -> None:
    (copy.path / "README.txt").unlink()
    answer = verify(copy)
    assert "README.txt: listed in SHA256SUMS, but not" in answer.reasons["files"]
    assert "README.txt: missing" in answer.text


def test_an_unlisted_file_is_named(copy: ShellPackage) -> None:
    (copy.path / "extra.txt").write_text("x")
    assert "extra.txt: not listed" in verify(copy).reasons["files"]


def test_a_file_name_cannot_speak_for_a_question(copy: ShellPackage) -> None:
    (copy.path / "x\n8\tCHECKED\tall is well").write_text("x")
    answer = run("--root", copy.root, copy.path)
    assert answer.verdicts["Q8"] == "UNKNOWN"
    assert "all is well" not in answer.reasons["Q8"]
    assert "x?8?CHECKED?all?is?well: not a name" in answer.reasons["files"]


def test_links_devices_and_odd_names_are_refused_and_not_opened(
    copy: ShellPackage,
) -> None:
    (copy.path / "trust" / "link.pem").symlink_to("/dev/zero")
    os.mkfifo(copy.path / "orders" / "pipe.note")
    (copy.path / "orders" / "a$(touch x)\n`id`;").write_text("x")
    (copy.path / "decisions" / "-rf").write_text("x")
    answer = verify(copy)
    assert answer.code == 1
    assert "trust/link.pem: a link" in answer.text
    assert "orders/pipe.note: not a readable file" in answer.text
    odd = "not a name that a package may hold"
    assert answer.text.partition("Everything that FAILS")[2].count(odd) == 2


def test_checksums_cannot_point_outside_the_package(copy: ShellPackage) -> None:
    sums = copy.path / "SHA256SUMS"
    sums.write_bytes(sums.read_bytes() + b"0" * 64 + b"  ../../../../dev/zero\n")
    answer = verify(copy)
    assert "../../../../dev/zero: listed in SHA256SUMS, but not" in answer.text


def test_control_sequences_do_not_reach_the_terminal(copy: ShellPackage) -> None:
    sums = copy.path / "SHA256SUMS"
    sums.write_bytes(sums.read_bytes() + b"0" * 64 + b"  \x1b[2Jgone\n")
    answer = verify(copy)
    assert "\x1b" not in answer.text + answer.talk


# ------------------------------------------------- one byte anywhere, sums rewritten


def _flipped(path: Path, at: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[at % len(raw)] ^= 0x01
    path.write_bytes(bytes(raw))


_EVIDENCE: Final = (
    "policy.txt",
    "log/checkpoint",
    "log/tile/0/000.p/*",
    "log/tile/entries/000.p/*",
    "checkpoints/16.note",
    "orders/*/000000003.note",
    "orders/*/000000003.tlog-proof",
    "decisions/*/000000003.note",
    "trust/root.pem",
    "trust/issuer.pem",
    "trust/root-crl.pem",
    "trust/agent-*",
    "trust/log-*",
    "trust/crl-1.pem",
    "trust/mandate-*",
)


@pytest.mark.parametrize("pattern", _EVIDENCE)
def test_a_flipped_byte_fails_even_with_new_checksums(
    copy: ShellPackage, pattern: str
) -> None:
    (path,) = copy.path.glob(pattern)
    whole = path.read_bytes()
    for tenth in (2, 7):
        _flipped(path, len(whole) * tenth // 10)
        copy.rewrite_sums()
        answer = verify(copy)
        assert answer.code == 1, (tenth, answer.text)
        path.write_bytes(whole)


def test_a_flipped_entry_is_named(copy: ShellPackage) -> None:
    path = next((copy.path / "log/tile/entries").rglob("32"))
    raw = path.read_bytes()
    place = raw.index(b'"amount":"180000.00"') + 10
    path.write_bytes(raw[:place] + b"2" + raw[place + 1 :])
    copy.rewrite_sums()
    answer = verify(copy)
    assert {"Q2", "Q8"} <= answer.failing()
    assert "log entry 25: log/tile/0/000.p/32: not the hashes" in answer.text
    assert "log entry 25 (order 6 of algo_trader_v2): the signature" in answer.text


@pytest.mark.parametrize(
    "pattern",
    [
        "log/checkpoint",
        "log/tile/0/000.p/*",
        "log/tile/entries/000.p/*",
        "trust/root.pem",
        "trust/root-crl.pem",
        "trust/agent-*",
        "trust/crl-1.pem",
        "trust/mandate-*",
        ORDER_1,
        ORDER_1.replace("note", "tlog-proof"),
        ORDER_1.replace("orders", "decisions"),
        "policy.txt",
        "SHA256SUMS",
    ],
)
def test_a_missing_part_fails_and_is_named(copy: ShellPackage, pattern: str) -> None:
    (path,) = copy.path.glob(pattern)
    path.unlink()
    if path.name != "SHA256SUMS":
        copy.rewrite_sums()
    answer = run("--root", copy.root, copy.path)
    assert answer.code == 1
    assert str(path.relative_to(copy.path)) in answer.text


# -------------------------------------------------------- the wrong root, the wrong key


def test_another_root_does_not_hold(good: ShellPackage, tmp_path: Path) -> None:
    root = tmp_path / "other.pem"
    der = ceremony.found_root(
        signer_for("stranger", KeyAlgorithm.P384),
        INSTALLATION.operator,
        "Kakunin Root CA",
        ceremony.Validity.lasting(2**64 + 9, FOUNDED, ceremony.ROOT_SECONDS),
    )
    root.write_bytes(to_pem(CERTIFICATE, der))
    answer = run("--root", root, "--policy", good.policy, good.path)
    assert answer.code == 1
    assert "Q1" in answer.failing()
    assert "trust/root.pem: not the root that you hold" in answer.text


def test_an_issuing_ca_is_no_root(good: ShellPackage, tmp_path: Path) -> None:
    own = tmp_path / "issuer.pem"
    shutil.copy(good.path / "trust/issuer.pem", own)
    assert "Q1" in run("--root", own, good.path).failing()


def _forger() -> NoteSigner:
    return NoteSigner(ORIGIN, signer_for("forger", KeyAlgorithm.ED25519))


def test_a_log_key_that_nobody_vouches_for_does_not_count(copy: ShellPackage) -> None:
    forger = _forger()
    relaid(copy, story_world().entries, forger)
    policy = Policy(logs=(Log(key=forger.key),)).render()
    (copy.path / "policy.txt").write_bytes(policy)
    copy.rewrite_sums()
    answer = run("--root", copy.root, copy.path)
    assert answer.failing() == {"Q8"}
    assert "no log key for which a certificate under your root" in answer.text


def test_the_regulators_policy_decides_over_the_packages(copy: ShellPackage) -> None:
    forger = _forger()
    own = copy.path.parent / "own.txt"
    own.write_bytes(Policy(logs=(Log(key=forger.key),)).render())
    answer = run("--root", copy.root, "--policy", own, copy.path)
    assert answer.failing() == {"Q8"}
    assert "policy.txt: names a key" in answer.text


# --------------------------------------------------------------- a log rewritten


def test_a_checkpoint_larger_than_the_log_shows_a_tail_cut_off(
    copy: ShellPackage,
) -> None:
    entries = story_world().entries
    held = copy.path.parent / "later.note"
    leaves = [leaf_hash(raw) for raw in [*entries, b"more"]]
    held.write_bytes(signed_head(leaves, story_world().log))
    answer = run("--root", copy.root, "--checkpoint", held, copy.path)
    assert answer.failing() == {"Q8"}
    assert "counts 33 entries, but log/checkpoint only 32" in answer.text


def test_a_held_checkpoint_of_other_entries_shows_a_rewrite(copy: ShellPackage) -> None:
    entries = story_world(4).entries
    held = copy.path.parent / "other.note"
    leaves = [leaf_hash(raw) for raw in entries]
    held.write_bytes(signed_head(leaves, story_world().log))
    answer = run("--root", copy.root, "--checkpoint", held, copy.path)
    assert answer.failing() == {"Q8"}
    assert "your checkpoint: its root is not that of the first 29" in answer.text


def test_a_held_checkpoint_by_another_key_does_not_count(copy: ShellPackage) -> None:
    held = copy.path.parent / "forged.note"
    leaves = [leaf_hash(raw) for raw in story_world().entries]
    held.write_bytes(signed_head(leaves, _forger()))
    answer = run("--root", copy.root, "--checkpoint", held, copy.path)
    assert "your checkpoint: signed by no log key" in answer.text


def test_a_former_checkpoint_of_another_tree_is_named(copy: ShellPackage) -> None:
    path = copy.path / "checkpoints/16.note"
    leaves = [leaf_hash(raw) for raw in story_world().entries]
    path.write_bytes(signed_head(leaves[1:17], story_world().log))
    copy.rewrite_sums()
    assert "checkpoints/16.note: its root is not" in verify(copy).reasons["Q8"]


# ------------------------------------------- the log signed anew over changed entries


Change = Callable[[World], list[bytes]]


def _resigned_amount(world: World) -> list[bytes]:
    """The first order's amount, changed and hashed again; nobody signs it again."""
    entries = list(world.entries)
    at = _order_index(entries, 1)
    entries[at] = entries[at].replace(b'"amount":"1000.00"', b'"amount":"2000.00"')
    return entries


def _removed(world: World) -> list[bytes]:
    entries = list(world.entries)
    at = _order_index(entries, 5)
    return entries[:at] + entries[at + 3 :]


def _without_its_decision(world: World) -> list[bytes]:
    entries = list(world.entries)
    at = _order_index(entries, 5)
    return entries[: at + 1] + entries[at + 2 :]


def _above_the_maximum(world: World) -> list[bytes]:
    """The denied order's decision says allowed, signed by the real gateway."""
    return _redecided(world, 6, b'"outcome":"denied"', b'"outcome":"allowed"')


def _after_revocation(world: World) -> list[bytes]:
    return _redecided(world, 7, b'"outcome":"refused"', b'"outcome":"allowed"')


def _denied_without_a_reason(world: World) -> list[bytes]:
    return _redecided(world, 6, b'"reasons":["order.amount_max"]', b'"reasons":[]')


def _denied_for_nothing(world: World) -> list[bytes]:
    return _redecided(world, 5, b'"outcome":"allowed"', b'"outcome":"denied"')


def _counted_less(world: World) -> list[bytes]:
    return _redecided(world, 5, b'"agent":"5000.00"', b'"agent":"4000.00"')


def _by_one_director(world: World) -> list[bytes]:
    entries = list(world.entries)
    at = next(i for i, raw in enumerate(entries) if b"kya/mandate/v1" in raw[:30])
    note = SignedNote.parse(entries[at])
    entries[at] = SignedNote(note.text, note.signatures[:1]).render()
    return entries


def _index_of(entries: list[bytes], kind: bytes) -> int:
    return next(i for i, raw in enumerate(entries) if kind in raw[:60])


def _by_one_operator(world: World) -> list[bytes]:
    entries = list(world.entries)
    at = _index_of(entries, b"kya/registration/v1")
    note = SignedNote.parse(entries[at])
    entries[at] = SignedNote(note.text, note.signatures[:1]).render()
    return entries


def _never_registered(world: World) -> list[bytes]:
    entries = list(world.entries)
    del entries[_index_of(entries, b"kya/registration/v1")]
    return entries


def _registered_for_long(world: World) -> list[bytes]:
    entries = list(world.entries)
    at = _index_of(entries, b"kya/registration/v1")
    text = SignedNote.parse(entries[at]).text
    text = text.replace(b'"expires_at":"2026-', b'"expires_at":"2027-')
    entries[at] = sign_note(text, *world.operators).render()
    return entries


def _lifted_by_one(world: World) -> list[bytes]:
    entries = list(world.entries)
    at = _index_of(entries, b'kya/standing/v1","act":"suspend')
    suspended = Entry.read(entries[at]).event
    if not isinstance(suspended, StandingChanged):
        raise TypeError(suspended)
    when = suspended.at.plus(seconds=1)
    alice, _ = world.operators
    lifted = acts.reinstate(suspended.credential, "test", when, alice)
    return [*entries[: at + 1], lifted, *entries[at + 1 :]]


def _refused_by_a_gateway(world: World) -> list[bytes]:
    entries = list(world.entries)
    at = _index_of(entries, b"kya/registration/v1")
    event = EnrolmentRefused(
        agent=AGENT,
        registration=digest(SignedNote.parse(entries[at]).text),
        rule="mandate_is_in_force",
        at=world.state.now,
    )
    return [*entries, acts.refuse(world.gateway, event)]


def _wider_mandate(world: World) -> list[bytes]:
    entries = list(world.entries)
    at = next(i for i, raw in enumerate(entries) if b"kya/mandate/v1" in raw[:30])
    text = SignedNote.parse(entries[at]).text
    text = text.replace(b'"order_max":"25000.00"', b'"order_max":"99000.00"')
    entries[at] = sign_note(text, *world.directors).render()
    return entries


def _signed_by_a_stranger(world: World) -> list[bytes]:
    entries = list(world.entries)
    at = _order_index(entries, 5)
    text = SignedNote.parse(entries[at]).text
    stranger = NoteSigner("algo_trader_v2", signer_for("stranger"))
    entries[at] = sign_note(text, stranger).render()
    return entries


def _bad_decision_signature(world: World) -> list[bytes]:
    entries = list(world.entries)
    at = _order_index(entries, 5) + 1
    head, _, last = entries[at].rpartition(b" ")
    blob = bytearray(b64decode(last))
    blob[-1] ^= 1
    entries[at] = head + b" " + b64encode(bytes(blob)) + b"\n"
    return entries


def _not_json(world: World) -> list[bytes]:
    return [*world.entries, b"\x00\n\n junk"]


def _order_index(entries: list[bytes], seq: int) -> int:
    found = f'"seq":{seq},"side"'.encode()
    return next(i for i, raw in enumerate(entries) if found in raw)


def _redecided(world: World, seq: int, old: bytes, new: bytes) -> list[bytes]:
    """Change a decision's text and have the real gateway sign it."""
    entries = list(world.entries)
    at = _order_index(entries, seq) + 1
    text = SignedNote.parse(entries[at]).text
    if old not in text:
        raise ValueError(old)
    entries[at] = sign_note(text.replace(old, new), world.gateway).render()
    return entries


@pytest.mark.parametrize(
    ("change", "questions", "said"),
    [
        (_resigned_amount, {"Q2"}, "(order 1 of algo_trader_v2): the signature"),
        (_removed, {"Q10"}, "(order 6 of algo_trader_v2): want seq 5"),
        (
            _without_its_decision,
            {"Q10"},
            "(order 5 of algo_trader_v2): the entry after",
        ),
        (_above_the_maximum, {"Q4", "Q5"}, 'the rules say "order.amount_max"'),
        (_after_revocation, {"Q4", "Q5"}, 'the rules say "credential.revoked"'),
        (_denied_without_a_reason, {"Q5"}, "no reason is given"),
        (_denied_for_nothing, {"Q5"}, "says denied; the rules say allowed"),
        (_counted_less, {"Q5"}, "differs from what the rules give again"),
        (_by_one_director, {"Q3"}, "want two directors"),
        (_by_one_operator, {"Q1"}, "want two operators; signed by 1"),
        (_never_registered, {"Q1"}, "its registration is not on record"),
        (_registered_for_long, {"Q1"}, "want it to end within 24 hours"),
        (_lifted_by_one, {"Q1"}, "want two operators; signed by 1"),
        (_refused_by_a_gateway, {"Q1"}, "has no certificate on record as authority"),
        (_wider_mandate, {"Q3"}, "names mandate"),
        (_signed_by_a_stranger, {"Q2"}, "want the signature of algo_trader_v2"),
        (_bad_decision_signature, {"Q5"}, "the signature of gateway does not fit"),
        (_not_json, {"Q8"}, "log entry 32: not a signed statement"),
    ],
)
def test_a_log_signed_anew_over_a_lie_is_found_out(
    copy: ShellPackage, change: Change, questions: set[str], said: str
) -> None:
    world = story_world()
    relaid(copy, change(world), world.log)
    answer = run("--root", copy.root, "--policy", copy.policy, copy.path)
    assert answer.code == 1
    assert questions <= answer.failing(), answer.text
    assert said in answer.text, answer.text


def test_an_order_backdated_before_the_revocation_is_not_allowed(
    copy: ShellPackage,
) -> None:
    world = story_world()
    entries = list(world.entries)
    at = _order_index(entries, 7)
    order = parse_order(SignedNote.parse(entries[at]).text)
    early = replace(order, created_at=Instant.parse("2026-05-15T10:00:00.000000Z"))
    entries[at] = sign_note(render_order(early), world.agent).render()
    relaid(copy, entries, world.log)
    assert "Q5" in run("--root", copy.root, copy.path).failing()


def test_a_daily_total_above_the_maximum_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    for _ in range(25):
        world.now = max(world.now, MORNING)
        world.trade(world.order(amount=eur("20000.00")))
    assert world.trade(world.order(amount=eur("0.01"))) == "denied"
    monkeypatch.chdir(tmp_path)
    package = build(tmp_path, world)
    assert verify(package).failing() == set()
    relaid(
        package,
        _redecided(world, 26, b'"outcome":"denied"', b'"outcome":"allowed"'),
        world.log,
    )
    answer = run("--root", package.root, package.path)
    assert 'the rules say "daily.amount_max"' in answer.reasons["Q4"]


@pytest.mark.parametrize("held", [1, 255, 256, 257])
def test_trees_of_more_than_one_tile_are_rebuilt(tmp_path: Path, held: int) -> None:
    package = build(tmp_path, story_world(84), held)
    answer = verify(package)
    assert answer.verdicts["Q8"] == "HOLDS", answer.text
    assert "2 former checkpoints" in answer.reasons["Q8"]
