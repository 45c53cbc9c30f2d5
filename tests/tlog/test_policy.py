import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.codec.note import Algorithm, SignedNote, VerifierKey
from kya.core.errors import DistrustError, MalformedError
from kya.tlog.policy import Group, Log, Policy, Witness
from tests.tlog.builders import (
    AGENT,
    LOG,
    LOG_KEY,
    ORIGIN,
    WITNESS,
    a_checkpoint,
    cosign,
    sign,
    signed,
    spki,
)


def a_witness(number: int) -> VerifierKey:
    """A witness key that nobody has to sign with."""
    prefix = spki(LOG_KEY)[:12]
    return VerifierKey(
        name=f"w{number}.example",
        algorithm=Algorithm.ED25519_COSIGNATURE,
        spki=prefix + number.to_bytes(32),
    )


A, B, C, D = (a_witness(number) for number in range(4, 8))
FULL = f"""# what we believe
log {LOG} https://log.example/2026

witness a {A}
\twitness  b\t{B}  https://b.example
witness c {C}
group some 2 a b c
witness d {D}
group every all some d
quorum every
""".encode()


def test_reads_logs_witnesses_groups_and_quorum() -> None:
    policy = Policy.parse(FULL)
    assert policy.logs == (Log(key=LOG, url="https://log.example/2026"),)
    assert [witness.name for witness in policy.witnesses] == ["a", "b", "c", "d"]
    assert policy.witnesses[1] == Witness(name="b", key=B, url="https://b.example")
    assert policy.groups[0] == Group(name="some", threshold=2, members=("a", "b", "c"))
    assert policy.groups[1].threshold == 2
    assert policy.quorum == "every"


def test_what_is_rendered_reads_back_as_itself() -> None:
    policy = Policy.parse(FULL)
    assert Policy.parse(policy.render()) == policy
    assert Policy.parse(policy.render()).render() == policy.render()


@given(st.binary(max_size=60))
def test_no_bytes_do_more_than_be_refused(tail: bytes) -> None:
    try:
        policy = Policy.parse(FULL + tail)
    except MalformedError:
        return
    assert policy == Policy.parse(FULL)


@pytest.mark.parametrize(
    ("signers", "met"),
    [
        ([], False),
        ([A, B], False),
        ([A, B, D], True),
        ([A, C, D], True),
        ([A, D], False),
        ([A, A, D], False),
        ([A, B, C], False),
        ([A, B, C, D], True),
    ],
)
def test_the_quorum_counts_members_of_members(
    signers: list[VerifierKey], *, met: bool
) -> None:
    assert Policy.parse(FULL).quorum_is_met(signers) is met


def test_any_means_one() -> None:
    raw = f"witness a {A}\nwitness b {B}\ngroup g any a b\nquorum g\n".encode()
    assert Policy.parse(raw).quorum_is_met([B])
    assert not Policy.parse(raw).quorum_is_met([C])


LINES = {
    "no quorum": f"log {LOG}\n",
    "second quorum": "quorum none\nquorum none\n",
    "unfinished line": "quorum none",
    "unknown word": "quorums none\n",
    "quorum unknown": "quorum a\n",
    "quorum before its witness": f"quorum a\nwitness a {A}\n",
    "two urls": f"log {LOG} u v\nquorum none\n",
    "no vkey": "log\nquorum none\n",
    "bad vkey": "log a+b+c\nquorum none\n",
    "log with a witness key": f"log {WITNESS}\nquorum none\n",
    "witness with a log key": f"witness a {LOG}\nquorum none\n",
    "same log twice": f"log {LOG}\nlog {LOG} url\nquorum none\n",
    "same witness key twice": f"witness a {A}\nwitness b {A}\nquorum none\n",
    "same name twice": f"witness a {A}\nwitness a {B}\nquorum none\n",
    "witness named none": f"witness none {A}\nquorum none\n",
    "group named as a witness": f"witness a {A}\ngroup a any a\nquorum none\n",
    "group without members": f"witness a {A}\ngroup g any\nquorum none\n",
    "group of none": "group g any none\nquorum none\n",
    "group of itself": "group g any g\nquorum none\n",
    "member twice": f"witness a {A}\ngroup g any a a\nquorum none\n",
    "member of two groups": (
        f"witness a {A}\ngroup g any a\ngroup h any a\nquorum none\n"
    ),
    "carriage return": "quorum none\r\n",
    "form feed for a blank": "quorum\fnone\n",
    "delete": "# \x7f\nquorum none\n",
    "too many logs": "".join(
        f"log {VerifierKey.from_spki('l', w.spki)}\n"
        for w in map(a_witness, range(40, 73))
    )
    + "quorum none\n",
    **{
        f"threshold {k!r}": f"witness a {A}\ngroup g {k} a\nquorum g\n"
        for k in ("0", "2", "01", "+1", "-1", "1.0", "most", "9999")
    },
}


@pytest.mark.parametrize("text", LINES.values(), ids=LINES.keys())
def test_refuses_a_policy_with(text: str) -> None:
    with pytest.raises(MalformedError):
        Policy.parse(text.encode())


def test_the_error_names_the_line() -> None:
    with pytest.raises(MalformedError, match="line 3: want"):
        Policy.parse(b"# comment\nquorum none\nthird none\n")


def test_a_name_is_octets_and_not_letters() -> None:
    raw = (
        b"witness \xff\xe2\x84\xaa " + str(A).encode() + b"\nquorum \xff\xe2\x84\xaa\n"
    )
    assert Policy.parse(raw).render() == raw
    with pytest.raises(MalformedError):
        Policy.parse(raw.replace(b"quorum \xff", b"quorum \xfe"))


def test_a_policy_that_would_not_read_back_is_not_written() -> None:
    for policy in (
        Policy(quorum="nobody"),
        Policy(logs=(Log(key=LOG, url="two words"),)),
        Policy(witnesses=(Witness(name="a b", key=A),)),
    ):
        with pytest.raises(MalformedError):
            policy.render()


def test_thirty_two_of_each_are_accepted() -> None:
    witnesses = tuple(
        Witness(name=f"w{number}", key=a_witness(number)) for number in range(40, 72)
    )
    groups = tuple(
        Group(name=f"g{w.name}", threshold=1, members=(w.name,)) for w in witnesses
    )
    policy = Policy(witnesses=witnesses, groups=groups, quorum="gw40")
    assert Policy.parse(policy.render()) == policy


def a_policy(quorum: str = "w") -> Policy:
    witness = Witness(name="w", key=WITNESS)
    return Policy(logs=(Log(key=LOG),), witnesses=(witness,), quorum=quorum)


def test_opens_a_checkpoint_that_log_and_quorum_signed() -> None:
    text = a_checkpoint().text()
    raw = SignedNote(text, (sign(text), cosign(text))).render()
    assert a_policy().open(raw) == a_checkpoint()
    assert a_policy("none").open(signed(a_checkpoint())) == a_checkpoint()


def test_refuses_a_checkpoint_without_its_quorum() -> None:
    with pytest.raises(DistrustError, match="quorum"):
        a_policy().open(signed(a_checkpoint()))


def test_refuses_a_checkpoint_that_only_witnesses_signed() -> None:
    text = a_checkpoint().text()
    with pytest.raises(DistrustError, match="no log"):
        a_policy().open(SignedNote(text, (cosign(text),)).render())


def test_refuses_a_checkpoint_under_a_key_of_another_name() -> None:
    policy = Policy(logs=(Log(key=AGENT),))
    text = a_checkpoint().text()
    with pytest.raises(DistrustError, match=ORIGIN):
        policy.open(SignedNote(text, (sign(text, AGENT),)).render())
