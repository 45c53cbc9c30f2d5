from collections.abc import Callable

import pytest

from kya.codec.note import SignedNote, verify
from kya.core.errors import CorruptionError, DistrustError, TransientError
from kya.tlog.policy import Witness as Named
from kya.witness.client import Reply, WitnessClient
from tests.tlog.builders import a_checkpoint, a_log, signed
from tests.witness.worlds import Watched, a_cosigner

KEY = a_cosigner().key


def named() -> Named:
    return Named(name="first", key=KEY, url="http://127.0.0.1:1")


def asking(watched: Watched) -> Callable[[bytes], Reply]:
    """Ask the real witness, without a network."""

    def ask(body: bytes) -> Reply:
        answer = watched.witness.add_checkpoint(body)
        return Reply(status=answer.status, body=answer.body)

    return ask


def client_of(watched: Watched) -> WitnessClient:
    return WitnessClient(named(), asking(watched))


def saying(*replies: tuple[int, bytes]) -> WitnessClient:
    """A client of a witness that answers what it is told to."""
    left = iter(replies)

    def ask(_body: bytes) -> Reply:
        status, body = next(left)
        return Reply(status=status, body=body)

    return WitnessClient(named(), ask)


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_collects_a_line_under_each_checkpoint(watched: Watched) -> None:
    client = client_of(watched)
    for size in (1, 3, 3, 300):
        note = watched.note(size)
        line = client.cosigned(note, watched.files.read, size)
        text = SignedNote.parse(note).text
        assert verify(SignedNote(text, (line,)), [KEY]) == (KEY,)


def test_a_new_process_learns_what_the_witness_holds(watched: Watched) -> None:
    client_of(watched).cosigned(watched.note(3), a_log(3)[0].read, 3)
    line = client_of(watched).cosigned(watched.note(300), watched.files.read, 300)
    assert KEY.verifies(SignedNote.parse(watched.note(300)).text, line.value)


def test_a_witness_that_holds_more_says_that_the_log_went_back(
    watched: Watched,
) -> None:
    client_of(watched).cosigned(watched.note(300), watched.files.read, 300)
    with pytest.raises(CorruptionError, match="holds 300 entries"):
        client_of(watched).cosigned(watched.note(3), a_log(3)[0].read, 3)


def test_a_witness_that_fetched_by_itself_is_no_alarm(watched: Watched) -> None:
    client_of(watched).cosigned(watched.note(300), watched.files.read, 300)
    with pytest.raises(TransientError, match="at 300 entries already"):
        client_of(watched).cosigned(watched.note(3), a_log(3)[0].read, 300)


def test_a_witness_that_saw_another_tree_is_an_alarm(watched: Watched) -> None:
    other = signed(a_checkpoint(3))
    client_of(watched).cosigned(other, a_log(3)[0].read, 3)
    with pytest.raises(CorruptionError, match="another tree"):
        client_of(watched).cosigned(watched.note(300), watched.files.read, 300)
    with pytest.raises(CorruptionError, match="another tree"):
        client_of(watched).cosigned(watched.note(3), a_log(3)[0].read, 3)


def test_the_older_way_to_say_another_tree_is_an_alarm(watched: Watched) -> None:
    client = saying((409, b"3\n"), (409, b"3\n"))
    with pytest.raises(CorruptionError, match="another tree of 3"):
        client.cosigned(watched.note(3), a_log(3)[0].read, 3)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b""),
        (404, b"no such log\n"),
        (403, b""),
        (301, b""),
        (409, b""),
        (409, b"many\n"),
        (409, b"-1\n"),
        (409, b"9" * 30),
        (200, b""),
        (200, b"\xff\n"),
        (200, "— other.example AAAAAAAAAAAAAAA=\n".encode()),
        (200, "— w1.example AAAA\n".encode()),
    ],
)
def test_what_is_of_no_use_is_asked_for_again_later(
    watched: Watched, status: int, body: bytes
) -> None:
    with pytest.raises(TransientError, match="first"):
        saying((status, body)).cosigned(watched.note(3), watched.files.read, 3)


def test_a_line_over_another_checkpoint_is_not_taken(watched: Watched) -> None:
    line = client_of(watched).cosigned(watched.note(1), watched.files.read, 1)
    with pytest.raises(DistrustError, match="does not fit"):
        saying((200, f"{line}\n".encode())).cosigned(
            watched.note(3), watched.files.read, 3
        )
