import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.codec import ustar
from kya.core.errors import MalformedError

PARTS = st.text(
    "abcXYZ019-_", min_size=1, max_size=60
)  # a part of dots alone is no name
PATHS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)


@given(PATHS, st.integers(0, ustar.SIZE_MAX))
def test_a_header_reads_back_as_itself(path: str, size: int) -> None:
    assert ustar.parse_header(ustar.header(path, size)) == (path, size)


@given(PATHS)
def test_the_standard_library_reads_the_same(path: str) -> None:
    raw = ustar.header(path, 1) + b"x" + ustar.padding(1) + ustar.END
    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        (member,) = tar.getmembers()
    assert (member.name, member.size, member.isreg()) == (path, 1, True)


@given(st.integers(0, 511), st.integers(1, 255))
def test_any_flipped_byte_is_refused(at: int, bits: int) -> None:
    block = bytearray(ustar.header("evidence/README.txt", 1_234))
    block[at] ^= bits
    try:
        read = ustar.parse_header(bytes(block))
    except MalformedError:
        return
    assert ustar.header(*read) == bytes(block)
    pytest.fail(f"byte {at} is free")


@pytest.mark.parametrize("path", ["", "/a", "a//b", "../a", "a/.", "a b", "a" * 300])
def test_a_path_that_leads_elsewhere_has_no_header(path: str) -> None:
    with pytest.raises(MalformedError):
        ustar.header(path, 0)


@given(st.binary(max_size=600))
def test_random_blocks_are_malformed_and_nothing_worse(block: bytes) -> None:
    with pytest.raises(MalformedError):
        ustar.parse_header(block)
