"""verify.html in a real browser: sound packages hold, forged ones never do."""

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from conformance.files import member
from kya.codec.note import SignedNote
from kya.codec.ustar import END
from kya.core.lifecycle import Act
from kya.evidence.verify_page import verify_page
from kya.pki.note_signer import NoteSigner, sign_note
from tests.page.browser import Ask, Opened, opened, packed
from tests.rolling import (
    LATER,
    NEXT,
    Rolled,
    going_on_as,
    going_on_from,
    over_root,
    rolled_world,
    with_an_entry_between,
)
from tests.verify.packages import (
    OTHER_LOG,
    Handed,
    a_part,
    busy_world,
    handed_over,
    judged,
    later,
    policy_of,
    published,
)
from tests.verify.test_baselines import ageing
from tests.verify.test_exact_fills import FINAL, half_a_cent
from tests.verify.test_recheck import (
    beyond_the_collar,
    more_units_than_an_order_may_have,
    set_aside_for_it,
    within_the_collar,
    worse_than_its_limit,
)
from tests.verify.test_roll import a_package as a_package_of
from tests.verify.test_texts import OTHER, PATH, TEXT, a_package, after_erasure
from tests.world import AGENT, World, eur, signer_for

HOLDS, FAILS, UNKNOWN = "HOLDS", "FAILS", "UNKNOWN"
TELLS = {1, 2, 3, 4, 5, 8, 10}


def test_a_sound_package_holds_wherever_the_page_can_tell(
    ask: Ask, sound: Handed
) -> None:
    answers = ask(sound, sound)
    assert answers.having(HOLDS) == TELLS
    assert not answers.having(FAILS)
    assert answers.verdict == UNKNOWN
    assert "report.json" in answers.sentences[0][0]


def test_of_a_part_it_holds_nothing(ask: Ask, world: World, tmp_path: Path) -> None:
    source, day = published(world.entries, world.log), str(world.now)[:10]
    part = a_part(source, world, tmp_path / "evidence", day)
    answers = ask(part, part)
    assert answers.having(UNKNOWN) == set(range(11))


@pytest.mark.parametrize(
    ("shown", "verdict", "said"),
    [
        (TEXT.content, UNKNOWN, "report.json"),
        (OTHER.content, FAILS, "no entry commits to such a text"),
        (None, UNKNOWN, "nobody shows: 1"),
    ],
)
def test_a_text_is_that_of_an_entry_or_none(
    ask: Ask, tmp_path: Path, shown: bytes | None, verdict: str, said: str
) -> None:
    package = a_package(tmp_path / "one")
    if shown is not None:
        package.write(PATH, shown)
        package.list_again()
    answers = ask(package, package)
    assert (answers.verdicts[0], answers.having(FAILS)) == (
        verdict,
        {0} if verdict == FAILS else set(),
    )
    assert said in str(answers.sentences[0])


@pytest.mark.parametrize(("kept", "failed"), [(False, set()), (True, {0})])
def test_what_was_destroyed_is_not_to_be_shown(
    ask: Ask, tmp_path: Path, *, kept: bool, failed: set[int]
) -> None:
    package = after_erasure(tmp_path, kept=kept)
    answers = ask(package, package)
    assert answers.having(FAILS) == failed
    assert "nobody shows" not in str(answers.sentences[0])


def test_one_person_erases_nothing(ask: Ask, tmp_path: Path) -> None:
    package = after_erasure(tmp_path, World().risk)
    assert ask(package, package).having(FAILS) == {8}


def test_a_log_of_two_names_holds(ask: Ask, tmp_path: Path) -> None:
    world, closed = rolled_world()
    package = a_package_of(world, closed, tmp_path / "evidence")
    answers = ask(package, package)
    assert answers.having(HOLDS) == TELLS, answers.sentences[8]
    assert not answers.having(FAILS)


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (lambda: going_on_from(lambda world: over_root(world, bytes(32))), NEXT),
        (with_an_entry_between, NEXT),
        (lambda: going_on_as(LATER), LATER),
    ],
)
def test_a_log_that_does_not_go_on_from_its_last_checkpoint_fails(
    ask: Ask, tmp_path: Path, made: Callable[[], Rolled], name: str
) -> None:
    package = a_package_of(*made(), tmp_path / "evidence", name)
    assert 8 in ask(package, package).having(FAILS)


def test_it_asks_nobody(ask: Ask, tab: Opened, page_file: Path, sound: Handed) -> None:
    ask(sound, sound)
    tried = "fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')"
    assert tab.page.evaluate(tried) == "refused"
    assert tab.requests == [page_file.as_uri()]


def test_its_policy_allows_its_own_script_and_style_alone() -> None:
    page = verify_page().decode()
    script = re.search(r"<script>(.*)</script>", page, re.DOTALL)
    assert script
    digest = b64encode(sha256(script[1].encode()).digest()).decode()
    assert f"default-src 'none'; script-src 'sha256-{digest}'" in page
    assert "unsafe" not in page
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|\beval\(", page)
    assert not re.search(r"\b(?:src|href)=\"(?!#)", page)


def test_a_checkpoint_that_was_kept_is_a_beginning(
    ask: Ask, sound: Handed, world: World
) -> None:
    held = published(world.entries[:20], world.log)("checkpoint")
    answers = ask(sound, sound, policy=None, held=held)
    assert answers.verdicts[8] == HOLDS
    assert "your checkpoint" in str(answers.sentences[8])


def test_without_policy_or_checkpoint_question_8_is_unknown(
    ask: Ask, sound: Handed
) -> None:
    assert ask(sound, sound, policy=None).verdicts[8] == UNKNOWN


def test_a_tail_cut_back_fails_against_the_checkpoint(
    ask: Ask, world: World, tmp_path: Path, sound: Handed
) -> None:
    held = published(world.entries, world.log)("checkpoint")
    short = handed_over(world, tmp_path / "evidence", entries=world.entries[:16])
    assert ask(short, sound, held=held).having(FAILS) == {8}


def test_a_browser_without_ed25519_says_unknown(
    browser: Browser, page_file: Path, sound: Handed, tmp_path: Path
) -> None:
    older = """
        const real = SubtleCrypto.prototype.importKey;
        SubtleCrypto.prototype.importKey = function (format, key, algorithm, ...rest) {
            if (algorithm.name === "Ed25519") {
                return Promise.reject(new DOMException("", "NotSupportedError"));
            }
            return real.call(this, format, key, algorithm, ...rest);
        };
    """
    archive = packed(sound, tmp_path / "evidence.tar.gz")
    with opened(browser, page_file, older) as tab:
        answers = tab.verify(archive, sound.root, sound.policy, None)
    assert answers.verdicts[8] == UNKNOWN
    assert "no Ed25519" in answers.sentences[8][0]


@pytest.mark.parametrize(
    ("path", "question"),
    [
        ("log/tile/entries/000.p/30", 8),
        ("log/checkpoint", 8),
        ("policy.txt", 8),
        ("trust/issuer.pem", 1),
        ("orders/algo_trader_v2/000000001.note", 2),
        ("decisions/algo_trader_v2/000000002.note", 5),
        ("orders/algo_trader_v2/000000003.tlog-proof", 8),
    ],
)
def test_a_flipped_byte_fails_though_the_sums_are_made_again(
    ask: Ask, sound: Handed, tmp_path: Path, path: str, question: int
) -> None:
    package = sound.copy_to(tmp_path)
    content = bytearray(package.read(path))
    content[len(content) // 2] ^= 0x01
    package.write(path, bytes(content))
    package.list_again()
    assert question in ask(package, sound).having(FAILS)


def test_a_flipped_byte_of_a_convenience_fails_by_its_sum(
    ask: Ask, sound: Handed, tmp_path: Path
) -> None:
    package = sound.copy_to(tmp_path)
    package.write(
        "README.txt", package.read("README.txt").replace(b"Do not", b"Do now")
    )
    assert ask(package, sound).having(FAILS) == {0}


def test_an_extra_file_fails(ask: Ask, sound: Handed, tmp_path: Path) -> None:
    package = sound.copy_to(tmp_path)
    package.write("extra.txt", b"extra\n")
    package.list_again()
    assert ask(package, sound).having(FAILS) == {0}


def _removed(world: World) -> None:
    del world.entries[10:13]


def _one_director(world: World) -> None:
    at = next(n for n, raw in enumerate(world.entries) if b"kya/mandate/v1" in raw)
    note = SignedNote.parse(world.entries[at])
    world.entries[at] = SignedNote(note.text, note.signatures[:1]).render()


def _thief(world: World) -> None:
    note = SignedNote.parse(world.entries[10])
    line = NoteSigner(AGENT, signer_for("thief")).signature(note.text)
    forged = replace(line, key_id=note.signatures[0].key_id)
    world.entries[10] = SignedNote(note.text, (forged,)).render()


def _second_report(world: World) -> None:
    world.entries[13:13] = [world.entries[12]]


def _wider_scope(world: World) -> None:
    at = next(n for n, raw in enumerate(world.entries) if b"kya/mandate/v1" in raw)
    text = SignedNote.parse(world.entries[at]).text.replace(b"25000.00", b"99000.00")
    world.entries[at] = sign_note(text, *world.directors).render()


def _other_custody(world: World) -> None:
    at = next(n for n, raw in enumerate(world.entries) if b"/registration/v1" in raw)
    text = SignedNote.parse(world.entries[at + 1]).text
    safer = text.replace(b"memory, software", b"token, attested")
    world.entries[at + 1] = sign_note(safer, world.authority).render()


@pytest.mark.parametrize(
    ("forge", "question"),
    [
        (_removed, 10),
        (_one_director, 3),
        (_thief, 2),
        (_second_report, 9),
        (_wider_scope, 3),
        (_other_custody, 1),
    ],
)
def test_a_history_that_was_signed_again_fails(
    ask: Ask, tmp_path: Path, forge: Callable[[World], None], question: int
) -> None:
    world = busy_world()
    forge(world)
    forged = handed_over(world, tmp_path / "evidence")
    assert question in ask(forged, forged).having(FAILS)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": eur("25000.01")},
        {"market": "BTC/EUR"},
        {"prev": "1" * 64},
    ],
    ids=str,
)
def test_an_order_outside_its_scope_that_was_allowed_fails(
    ask: Ask, tmp_path: Path, changes: dict[str, object]
) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    order = world.order(created_at=later(world))
    judged(world, replace(order, **changes), as_if=order)  # type: ignore[arg-type]
    forged = handed_over(world, tmp_path / "evidence")
    assert 4 in ask(forged, forged).having(FAILS)


def test_a_day_above_its_maximum_fails(ask: Ask, tmp_path: Path) -> None:
    world = World()
    for _ in range(20):
        world.trade(world.order(created_at=later(world), amount=eur("25000.00")))
    penny = world.order(created_at=later(world), amount=eur("0.01"))
    judged(world, penny, as_if=replace(penny, market="GBP/EUR"))
    forged = handed_over(world, tmp_path / "evidence")
    assert 4 in ask(forged, forged).having(FAILS)


def test_a_denial_without_a_rule_fails(ask: Ask, tmp_path: Path) -> None:
    world = World()
    small = world.order(created_at=later(world))
    judged(world, small, as_if=replace(small, amount=eur("180000.00")))
    forged = handed_over(world, tmp_path / "evidence")
    assert ask(forged, forged).having(FAILS) == {5}


def test_a_standing_that_was_ignored_fails(ask: Ask, tmp_path: Path) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    world.change_standing(Act.SUSPEND, later(world))
    judged(world, world.order(created_at=later(world, 120)))
    forged = handed_over(world, tmp_path / "evidence")
    assert 4 in ask(forged, forged).having(FAILS)


@pytest.mark.parametrize(
    ("make", "limits"),
    [
        (within_the_collar, ""),
        (set_aside_for_it, ""),
        (beyond_the_collar, "price.collar"),
        (worse_than_its_limit, "order.limit_price"),
        (more_units_than_an_order_may_have, "order.amount order.units"),
    ],
)
def test_an_execution_beyond_what_was_allowed_fails(
    ask: Ask, tmp_path: Path, make: Callable[[], World], limits: str
) -> None:
    given = handed_over(make(), tmp_path / "evidence")
    answers = ask(given, given)
    assert answers.having(FAILS) == ({9} if limits else set())
    assert (f"breaks {limits}, which" in str(answers.sentences[9])) is bool(limits)


@pytest.mark.parametrize(("last", "fails"), [(FINAL, False), ("10000.005", True)])
def test_fills_finer_than_a_cent_are_matched_exactly(
    ask: Ask, tmp_path: Path, last: str, *, fails: bool
) -> None:
    given = handed_over(half_a_cent(last=last), tmp_path / "evidence")
    assert ask(given, given).having(FAILS) == ({9} if fails else set())


def test_a_baseline_that_expires_is_followed(ask: Ask, tmp_path: Path) -> None:
    given = handed_over(ageing(), tmp_path / "evidence")
    assert ask(given, given).having(FAILS) == set()


def test_another_root_or_another_log_key_fails(
    ask: Ask, sound: Handed, tmp_path: Path
) -> None:
    assert 8 in ask(sound, sound, policy=policy_of(OTHER_LOG)).having(FAILS)
    (tmp_path / "evidence.tar.gz").unlink()
    not_a_root = (sound.path / "trust/issuer.pem").read_bytes()
    answers = ask(sound, sound, root=not_a_root)
    assert answers.verdict == FAILS
    assert "refused" in answers.progress


@pytest.mark.parametrize(
    "tar",
    [
        member("evidence/../../etc/x", b"x") + END,
        member("evidence/a b", b"x") + END,
        member("evidence/link", b"", b"2") + END,
        member("evidence/x", b"x")[:700],
        member("evidence/x", b"x") + END + b"behind",
        b"",
    ],
)
def test_an_archive_of_another_form_is_refused(
    ask: Ask, sound: Handed, tmp_path: Path, tar: bytes
) -> None:
    file = tmp_path / "odd.tar.gz"
    file.write_bytes(b"\x1f\x8b\x08" + bytes(6) + b"\xff" + gzip.compress(tar)[10:])
    answers = ask(file, sound)
    assert answers.verdict == FAILS
    assert answers.progress.startswith("refused: archive")


def test_orders_are_found_by_words_and_opened_by_keys(
    ask: Ask, tab: Opened, sound: Handed
) -> None:
    ask(sound, sound)
    page = tab.page
    assert page.locator("#found").inner_text() == "6 of 6 orders"
    page.fill("#search", "order.amount_max buy")
    assert page.locator("#found").inner_text() == "1 of 6 orders"
    page.focus("#list")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    shown = page.locator("#order").inner_text()
    page.fill("#search", "")
    page.select_option("#outcome", "refused")
    assert page.locator(".row").count() == 1
    page.select_option("#outcome", "")
    assert "180000.00" in shown
    assert "order.amount" in shown
    assert "failed" in shown


def test_its_closing_days_are_those_of_the_specification() -> None:
    page = verify_page().decode()
    spec = Path("spec/calendars.md").read_text("utf-8")
    tables = re.findall(r"^### `(\w+)`\n(.*?)(?=^#|\Z)", spec, re.MULTILINE | re.DOTALL)
    assert len(tables) == 4
    for name, table in tables:
        days = re.findall(r"^\| (\d{4}) \| ([0-9 -]+) \|$", table, re.MULTILINE)
        lines = "".join(f"    {year}: {json.dumps(days_)},\n" for year, days_ in days)
        assert f"  {name}: {{\n{lines}  }},\n" in page
