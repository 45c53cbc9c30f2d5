"""Several processors: the same report to the letter, whatever is wrong with the log."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kya.codec.note import NoteSignature, SignedNote
from kya.core.lifecycle import Act
from kya.verify.brought import Brought
from kya.verify.hands import Hands
from kya.verify.package import Limits
from kya.verify.report import Report
from kya.verify.verify import verify
from tests.verify.packages import Handed, busy_world, handed_over, judged, later
from tests.world import World, eur


def reports(handed: Handed, *processors: int) -> list[Report]:
    """Return what so many processors say; one, two and three if none are named."""
    brought = Brought.read(handed.root, handed.policy, None)
    return [
        verify(handed.path, brought, Limits(processors=count, alone_max=0))
        for count in processors or (1, 2, 3)
    ]


def unsigned(raw: bytes) -> bytes:
    """Return the note with another value under its first name."""
    note = SignedNote.parse(raw)
    first = note.signatures[0]
    spoilt = NoteSignature(
        name=first.name, key_id=first.key_id, value=bytes(len(first.value))
    )
    return SignedNote(note.text, (spoilt, *note.signatures[1:])).render()


def _with_an_order_that_nobody_signed(world: World) -> None:
    at = len(world.entries)
    world.trade(world.order(created_at=later(world)))
    world.entries[at] = unsigned(world.entries[at])


def _with_a_mandate_that_nobody_signed(world: World) -> None:
    at = next(i for i, raw in enumerate(world.entries) if b"kya/mandate" in raw)
    world.entries[at] = unsigned(world.entries[at])


def _with_an_order_above_its_maximum(world: World) -> None:
    small = world.order(created_at=later(world))
    judged(world, replace(small, amount=eur("25000.01")), as_if=small)


def _with_a_decision_that_says_another_mode(world: World) -> None:
    order = world.order(created_at=later(world))
    judged(world, order, line=lambda line: line.replace(b'"live"', b'"paper"'))


def _with_an_order_without_its_decision(world: World) -> None:
    world.append(world.order_note(world.order(created_at=later(world))))


def _with_a_standing_that_was_ignored(world: World) -> None:
    world.change_standing(Act.SUSPEND, later(world))
    judged(world, world.order(created_at=later(world, 120)))


FORGED = (
    _with_an_order_that_nobody_signed,
    _with_a_mandate_that_nobody_signed,
    _with_an_order_above_its_maximum,
    _with_a_decision_that_says_another_mode,
    _with_an_order_without_its_decision,
    _with_a_standing_that_was_ignored,
)


@pytest.mark.parametrize("forge", FORGED)
def test_any_number_of_processors_finds_the_same(
    forge: Callable[[World], None], tmp_path: Path
) -> None:
    world = World()
    world.trade(world.order(created_at=later(world)))
    forge(world)

    alone, *others = reports(handed_over(world, tmp_path / "evidence"))

    assert alone.exit_code == 1
    assert all(each == alone for each in others)


def test_a_sound_log_is_said_to_be_so_in_the_same_words(sound: Handed) -> None:
    alone, *others = reports(sound)

    assert alone.exit_code == 3
    assert all(each == alone for each in others)


def test_a_tile_that_is_not_of_the_log_is_found_once(package: Handed) -> None:
    tile = next(package.path.glob("log/tile/0/000.p/*"))
    tile.write_bytes(bytes(len(tile.read_bytes())))

    alone, *others = reports(package)

    assert alone.exit_code == 1
    assert all(each == alone for each in others)


@pytest.mark.parametrize("path", ["README.txt", "SHA256SUMS", "orders/x", "x"])
def test_a_file_that_is_not_as_listed_is_found(package: Handed, path: str) -> None:
    package.write(path, b"another\n")

    alone, *others = reports(package)

    assert alone.exit_code == 1
    assert all(each == alone for each in others)


@pytest.mark.parametrize("folder", ["orders", "decisions"])
def test_an_order_file_of_another_order_is_found_though_it_is_listed(
    package: Handed, folder: str
) -> None:
    first, second, *_ = sorted(package.path.glob(f"{folder}/*/*"))[::2]
    first.write_bytes(second.read_bytes())
    package.list_again()

    alone, *others = reports(package)

    assert alone.exit_code == 1
    assert all(each == alone for each in others)


def test_a_bundle_that_cannot_be_read_is_found(package: Handed) -> None:
    bundle = next(package.path.glob("log/tile/entries/000.p/*"))
    bundle.write_bytes(bundle.read_bytes()[:-1])

    alone, *others = reports(package)

    assert alone.exit_code == 1
    assert all(each == alone for each in others)


def test_more_than_one_batch_is_confirmed(tmp_path: Path) -> None:
    world = busy_world(240)
    alone, two = reports(handed_over(world, tmp_path / "evidence"), 1, 2)

    assert alone.subject.entries > 512
    assert alone == two


def test_what_a_hand_cannot_do_is_not_confirmed() -> None:
    def breaks() -> bool:
        raise ValueError

    for work in (breaks, lambda: False):
        with Hands(2) as hands:
            hands.confirm(work)
            assert not hands.confirmed()


def test_what_is_confirmed_here_counts_like_what_is_confirmed_elsewhere() -> None:
    with Hands(1) as hands:
        assert hands.is_alone
        hands.confirm(lambda: True)
        assert hands.confirmed()
        hands.confirm(lambda: False)
        assert not hands.confirmed()


def test_an_answer_comes_back_whole() -> None:
    with Hands(2) as hands:
        answer = hands.asked(lambda: ["x" * 1_000_000, 1])
        assert hands.confirmed()
        assert answer() == ["x" * 1_000_000, 1]
