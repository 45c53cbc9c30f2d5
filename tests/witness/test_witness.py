from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.codec.cosignature import split_value
from kya.codec.note import NoteSignature, SignedNote, verify
from kya.core.errors import InputError, MalformedError
from kya.tlog.checkpoint import Checkpoint
from kya.witness.request import AddCheckpoint
from kya.witness.witness import SIZE_TYPE, Answer, Witness
from tests.tlog.builders import (
    AGENT,
    LOG,
    ORIGIN,
    WITNESS,
    a_checkpoint,
    a_note,
    cosign,
    signed,
)
from tests.witness.worlds import NOON_SECONDS, Watched, a_cosigner


@pytest.fixture
def watched() -> Watched:
    return Watched()


def refused(answer: Answer) -> int:
    assert b"\xe2\x80\x94" not in answer.body, "a refusal must not carry a signature"
    return answer.status


def test_cosigns_with_its_time_and_remembers(watched: Watched) -> None:
    answer = watched.witness.add_checkpoint(watched.request(0, 3))
    assert answer.status == HTTPStatus.OK
    line = NoteSignature.parse(answer.body.decode().removesuffix("\n"))
    key = watched.witness.cosigner.key
    text = a_checkpoint(3, watched.edges[3].root).text()
    assert verify(SignedNote(text, (line,)), [key]) == (key,)
    assert split_value(line.value)[0] == NOON_SECONDS
    (origin_hash,) = watched.witness.origins
    held = watched.witness.held(origin_hash)
    assert held is not None
    assert verify(SignedNote.parse(held), [LOG, key]) == (LOG, key)


def test_cosigns_growth_and_the_same_again(watched: Watched) -> None:
    for old, size in ((0, 1), (1, 3), (3, 3), (3, 300), (300, 300)):
        answer = watched.witness.add_checkpoint(watched.request(old, size))
        assert answer.status == HTTPStatus.OK, (old, size)


def test_says_which_size_it_holds(watched: Watched) -> None:
    watched.witness.add_checkpoint(watched.request(0, 3))
    for old, size in ((0, 3), (1, 3), (0, 300), (0, 1)):
        answer = watched.witness.add_checkpoint(watched.request(old, size))
        assert refused(answer) == HTTPStatus.CONFLICT
        assert (answer.body, answer.media_type) == (b"3\n", SIZE_TYPE)


def test_never_goes_back(watched: Watched) -> None:
    watched.witness.add_checkpoint(watched.request(0, 300))
    refused(watched.witness.add_checkpoint(watched.request(0, 3)))
    (held,) = map(watched.witness.held, watched.witness.origins)
    assert held is not None
    assert Checkpoint.from_note(SignedNote.parse(held)).size == 300


def test_does_not_know_every_log(watched: Watched) -> None:
    foreign = a_checkpoint().text().replace(ORIGIN.encode(), b"other.example")
    body = AddCheckpoint.of(a_note(foreign).render(), 0, ()).render()
    assert refused(watched.witness.add_checkpoint(body)) == HTTPStatus.NOT_FOUND


def test_refuses_what_the_log_did_not_sign(watched: Watched) -> None:
    text = a_checkpoint().text()
    bent = SignedNote(text, a_note(b"another text\n").signatures)
    for note in (a_note(text, AGENT), SignedNote(text, (cosign(text),)), bent):
        body = AddCheckpoint.of(note.render(), 0, ()).render()
        assert refused(watched.witness.add_checkpoint(body)) == HTTPStatus.FORBIDDEN


def test_refuses_a_proof_that_leads_elsewhere(watched: Watched) -> None:
    watched.witness.add_checkpoint(watched.request(0, 3))
    good = AddCheckpoint.parse(watched.request(3, 300))
    for proof in ((), good.proof[1:], (*good.proof, bytes(32)), good.proof[::-1]):
        body = AddCheckpoint.of(good.note.render(), 3, proof).render()
        answer = watched.witness.add_checkpoint(body)
        assert refused(answer) == HTTPStatus.UNPROCESSABLE_ENTITY
    first = AddCheckpoint.of(watched.note(3), 0, (bytes(32),)).render()
    answer = Watched().witness.add_checkpoint(first)
    assert refused(answer) == HTTPStatus.UNPROCESSABLE_ENTITY


def test_two_trees_of_one_size_are_kept_as_evidence(watched: Watched) -> None:
    watched.witness.add_checkpoint(watched.request(0, 3))
    other = signed(a_checkpoint(3))
    body = AddCheckpoint.of(other, 3, ()).render()
    answer = watched.witness.add_checkpoint(body)
    assert refused(answer) == HTTPStatus.UNPROCESSABLE_ENTITY
    ((held, offered),) = watched.alarms
    assert offered == other
    assert SignedNote.parse(held).text == SignedNote.parse(watched.note(3)).text


def test_an_old_size_above_the_size_is_malformed(watched: Watched) -> None:
    body = AddCheckpoint.of(watched.note(1), 3, ()).render()
    assert refused(watched.witness.add_checkpoint(body)) == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        (b"old 1\n", b"old 01\n"),
        (b"old 1\n", b"old  1\n"),
        (b"old 1\n", b"old -1\n"),
        (b"old 1\n", b"new 1\n"),
        (b"old 1\n", b"old 1\nAA==\n"),
        (b"old 1\n", b"old 1\r\n"),
        (b"old 1\n", b"old 1\n" + b"A" * 43 + b"=\n" * 64),
        (b"\n\n", b"\n"),
    ],
)
def test_one_spelling_of_a_request_is_read(
    watched: Watched, part: bytes, instead: bytes
) -> None:
    body = watched.request(1, 3).replace(part, instead, 1)
    with pytest.raises(MalformedError):
        AddCheckpoint.parse(body)
    assert refused(watched.witness.add_checkpoint(body)) == HTTPStatus.BAD_REQUEST


@given(st.binary(max_size=80), st.integers(0, 400))
def test_no_bytes_do_more_than_be_refused(junk: bytes, at: int) -> None:
    watched = Watched()
    body = watched.request(0, 3)
    bent = body[:at] + junk + body[at:]
    answer = watched.witness.add_checkpoint(bent)
    assert bent == body or answer.status != HTTPStatus.OK


class Overtaken:
    """A store in which somebody else stores first, once."""

    def __init__(self, watched: Watched, note: bytes) -> None:
        self.store, self.note = watched.store, note
        self.overtakes = True

    def latest(self, origin: str) -> bytes | None:
        return self.store.latest(origin)

    def swap(self, origin: str, old: bytes | None, new: bytes) -> bool:
        if self.overtakes:
            self.overtakes = False
            self.store.swap(origin, old, self.note)
        return self.store.swap(origin, old, new)

    def close(self) -> None: ...


def test_of_two_requests_at_once_the_slower_one_is_judged_anew() -> None:
    before = Watched()
    before.witness.add_checkpoint(before.request(0, 300))
    (held,) = map(before.witness.held, before.witness.origins)
    assert held is not None
    raced = Watched(store=Overtaken(Watched(), held))
    answer = raced.witness.add_checkpoint(raced.request(0, 3))
    assert (answer.status, answer.body) == (HTTPStatus.CONFLICT, b"300\n")


def test_a_witness_watches_at_least_one_log(watched: Watched) -> None:
    with pytest.raises(InputError, match="at least one log"):
        Witness(
            cosigner=a_cosigner(),
            logs=(),
            store=watched.store,
            now=watched.now,
            alarm=lambda _held, _offered: None,
        )


def test_lines_of_strangers_are_not_kept(watched: Watched) -> None:
    text = SignedNote.parse(watched.note(3)).text
    note = SignedNote(text, (*a_note(text, AGENT, LOG).signatures, cosign(text)))
    body = AddCheckpoint.of(note.render(), 0, ()).render()
    assert watched.witness.add_checkpoint(body).status == HTTPStatus.OK
    (held,) = map(watched.witness.held, watched.witness.origins)
    assert held is not None
    names = [line.name for line in SignedNote.parse(held).signatures]
    assert names == [ORIGIN, watched.witness.cosigner.name]
    assert WITNESS.name not in names
