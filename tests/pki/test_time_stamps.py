"""Time stamps by the openssl command, checked under roots and for what they say."""

import time
from pathlib import Path

import pytest

from kya.core.errors import DistrustError, MalformedError
from kya.core.instant import MICROS_PER_SECOND
from kya.pki.stamp_authorities import RESPONSE_BYTES_MAX, Authorities
from kya.pki.time_stamps import stamp_query, stamped_at
from tests.pki.stamping import StampAuthority

CONTENT = b"a checkpoint\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> StampAuthority:
    return StampAuthority.found(tmp_path_factory.mktemp("tsa") / "tsa")


def test_a_query_of_ours_is_answered_and_its_time_read(
    authority: StampAuthority,
) -> None:
    roots = Authorities.read(authority.root)
    query = stamp_query(CONTENT)
    answer = authority.answer(query.body)
    at = stamped_at(answer, CONTENT, roots, query.nonce)
    assert abs(at.micros / MICROS_PER_SECOND - time.time()) < 60
    with pytest.raises(DistrustError, match="Nonce"):
        stamped_at(answer, CONTENT, roots, query.nonce + 1)


def test_a_stamp_is_over_these_bytes_only(authority: StampAuthority) -> None:
    stamp, roots = authority.stamp(CONTENT), Authorities.read(authority.root)
    with pytest.raises(DistrustError, match="over other bytes"):
        stamped_at(stamp, b"another checkpoint\n", roots)
    other_digest = authority.stamp(CONTENT, "-sha512")
    with pytest.raises(DistrustError, match="SHA-256"):
        stamped_at(other_digest, CONTENT, roots)


def test_a_stamp_names_the_policy_that_is_asked_for(authority: StampAuthority) -> None:
    stamp = authority.stamp(CONTENT, "-sha256", "-tspolicy", "1.2.3.4.5")
    stamped_at(stamp, CONTENT, Authorities.read(authority.root, "1.2.3.4.5"))
    with pytest.raises(DistrustError, match="Policy"):
        stamped_at(stamp, CONTENT, Authorities.read(authority.root, "1.2.3.4.1"))


def test_a_stamp_under_another_root_does_not_count(
    authority: StampAuthority, tmp_path: Path
) -> None:
    other = StampAuthority.found(tmp_path / "tsa")
    with pytest.raises(DistrustError):
        stamped_at(authority.stamp(CONTENT), CONTENT, Authorities.read(other.root))


def test_a_signer_that_has_ended_stamps_nothing(tmp_path: Path) -> None:
    ended = StampAuthority.found(tmp_path / "tsa", -1)
    with pytest.raises(DistrustError, match="expired"):
        stamped_at(ended.stamp(CONTENT), CONTENT, Authorities.read(ended.root))


def test_no_changed_byte_of_a_stamp_goes_unseen(authority: StampAuthority) -> None:
    stamp, roots = authority.stamp(CONTENT), Authorities.read(authority.root)
    at = stamped_at(stamp, CONTENT, roots)
    for place in range(0, len(stamp), 7):
        bent = stamp[:place] + bytes([stamp[place] ^ 4]) + stamp[place + 1 :]
        try:
            assert stamped_at(bent, CONTENT, roots) == at, place
        except (DistrustError, MalformedError):
            continue


@pytest.mark.parametrize("junk", [b"", b"junk", b"\x30\x03\x02\x01\x00"])
def test_what_is_no_response_is_malformed(
    authority: StampAuthority, junk: bytes
) -> None:
    roots = Authorities.read(authority.root)
    with pytest.raises(MalformedError):
        stamped_at(junk, CONTENT, roots)
    with pytest.raises(MalformedError, match="at most"):
        stamped_at(bytes(RESPONSE_BYTES_MAX + 1), CONTENT, roots)


def test_authorities_have_a_root(authority: StampAuthority) -> None:
    leaf = (authority.folder / "tsa.pem").read_bytes()
    for pem in (b"", b"no PEM", leaf):
        with pytest.raises(MalformedError):
            Authorities.read(pem)
    assert len(Authorities.read(leaf + authority.root).certificates) == 2
    for policy in ("1", "1.02", "a.b", "1.2 "):
        with pytest.raises(MalformedError, match="object identifier"):
            Authorities.read(authority.root, policy)
