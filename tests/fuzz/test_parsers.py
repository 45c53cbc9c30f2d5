"""Whatever the bytes: a value, or a refusal of ours, soon and in little memory."""

import gc
import tracemalloc
from random import Random
from time import thread_time
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kya.pki import der
from tests.fuzz.corpus import CORPUS, corpus_files, made
from tests.fuzz.der_tree import damaged, parsed
from tests.fuzz.parsers import OURS, PARSERS
from tests.fuzz.seeds import seeds_of

SECONDS_MAX: Final = 1.0
"""A thousand times what the slowest takes: finds what grows with its square."""

BYTES_MAX: Final = 4_194_304
"""What reading one document of at most 64 KiB may hold at once."""

chances = st.randoms(use_true_random=False)


@pytest.fixture(autouse=True, scope="module")
def _what_other_tests_left() -> None:
    # The collector looks at objects of the parsers only: going through those of ten
    # thousand tests takes seconds, and whoever allocates last pays for it.
    gc.freeze()


def nested(depth: int) -> bytes:
    """A SEQUENCE within a SEQUENCE, and so on, with lengths that are right."""
    raw = b""
    for _ in range(depth):
        raw = der.sequence(raw)
    return raw


def keeps_the_law(name: str, raw: bytes) -> bool:
    """Whether the bytes were read; fails unless the parser keeps the law."""
    parser = PARSERS[name]
    begin = thread_time()
    try:
        value = parser.read(raw)
    except OURS:
        return False
    finally:
        assert thread_time() - begin < SECONDS_MAX
    if parser.write is not None:
        again = parser.write(value)
        assert parser.read(again) == value
        assert again == raw or not parser.is_exact
    return True


@pytest.mark.parametrize("name", PARSERS)
def test_every_parser_keeps_the_law_on_its_corpus(name: str) -> None:
    read = {path.name: keeps_the_law(name, raw) for path, raw in corpus_files(name)}
    assert any(read.values())
    assert not all(read.values())


@pytest.mark.parametrize("name", PARSERS)
def test_no_document_of_the_corpus_takes_much_memory(name: str) -> None:
    for path, raw in corpus_files(name):
        tracemalloc.start()
        try:
            keeps_the_law(name, raw)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < BYTES_MAX, path.name


@pytest.mark.parametrize("name", PARSERS)
@given(chance=chances, pick=st.integers(0, 99))
def test_every_parser_keeps_the_law_on_what_is_damaged(
    name: str, chance: Random, pick: int
) -> None:
    seeds = list(seeds_of(name).values())
    keeps_the_law(name, PARSERS[name].damage(seeds[pick % len(seeds)], chance))


@pytest.mark.parametrize("name", PARSERS)
@given(raw=st.binary(max_size=600))
def test_every_parser_keeps_the_law_on_any_bytes(name: str, raw: bytes) -> None:
    keeps_the_law(name, raw)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("ocsp_request/kept-stranger-without-value", "extension has no value"),
        ("ocsp_request/kept-nonce-without-value", "extension has no value"),
        ("channel/kept-no-name-at-all", "subject alternative name: want one URI"),
        ("channel_signed/kept-no-name-at-all", "subject alternative name: want one"),
        ("crl_signed/kept-number-of-thousands-of-digits", "number of 0 to 159 bits"),
    ],
)
def test_what_once_broke_a_parser_is_refused_in_words(place: str, why: str) -> None:
    raw = (CORPUS / f"{place}.bin").read_bytes()
    with pytest.raises(OURS, match=why):
        PARSERS[place.partition("/")[0]].read(raw)


LARGE: Final = {
    "zeros": bytes(65_535),
    "sequences without an end": b"\x30\x80" * 32_000,
    "sequences within": nested(16_000),
    "arrays within": b"[" * 65_000,
    "objects within": b'{"_type":"kya/order/v1","agent":' + b'{"a":' * 13_000,
    "a number of 65,000 digits": b'{"_type":"kya/order/v1","seq":' + b"9" * 65_000,
    "an identifier without an end": der.encode(der.OBJECT_IDENTIFIER, b"\x80" * 60_000),
    "blank lines": b"\n" * 65_535,
    "signature lines": b"a\n\n" + "— a AAAAAA==\n".encode() * 4_000,
}


@pytest.mark.parametrize("large", LARGE)
@pytest.mark.parametrize("name", PARSERS)
def test_no_large_document_takes_long(name: str, large: str) -> None:
    assert not keeps_the_law(name, LARGE[large])


@pytest.mark.parametrize("name", PARSERS)
def test_every_seed_but_a_cas_certificate_is_read(name: str) -> None:
    # No chain of ours ends in a CA, nor does it begin at a root.
    read = {each: keeps_the_law(name, raw) for each, raw in seeds_of(name).items()}
    refused = {"issuing", "root"} if name == "certificate_signed" else set()
    assert {each for each, was_read in read.items() if not was_read} == refused


def test_the_corpus_is_what_its_script_makes() -> None:
    kept = {p for p in CORPUS.rglob("*.bin") if p.name.startswith("kept-")}
    found = {p: p.read_bytes() for p in CORPUS.rglob("*.bin") if p not in kept}
    assert found == made()


def test_the_corpus_is_small() -> None:
    sizes = [path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()]
    assert sum(sizes) < 1_048_576


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_a_tree_without_a_fault_is_written_as_it_was(one: bytes, two: bytes) -> None:
    raw = der.sequence(der.encode(der.OCTET_STRING, one), der.within(0, der.sequence()))
    raw += der.encode(der.UTF8_STRING, two)
    assert b"".join(node.encode() for node in parsed(raw)) == raw


def test_the_same_chance_makes_the_same_damage() -> None:
    seed = seeds_of("certificate")["agent"]
    assert damaged(seed, Random(1)) == damaged(seed, Random(1))
    assert len({damaged(seed, Random(number)) for number in range(50)}) > 40


def test_a_file_of_the_corpus_is_named_after_how_it_came_about() -> None:
    origins = {path.name.partition("-")[0] for path in CORPUS.rglob("*.bin")}
    assert origins == {"seed", "damaged", "kept"}
