import re

from hypothesis import given

from kya.codec.algorithm import algorithm_code
from kya.core.runtime import Runtime
from tests.builders import AGENT, a_digest, a_runtime
from tests.strategies import digests, names, runtimes

MANDATE = a_digest("mandate")


def test_the_code_begins_with_what_people_can_read() -> None:
    assert algorithm_code(AGENT, a_runtime(), MANDATE).startswith("algotraderv2")


@given(names, runtimes, digests)
def test_every_code_is_at_most_fifty_letters_and_digits(
    agent: str, runtime: Runtime, mandate: str
) -> None:
    for code in (
        algorithm_code(agent, runtime, mandate),
        algorithm_code(agent, None, mandate),
    ):
        assert re.fullmatch("[A-Za-z0-9]{25,50}", code)


def test_a_new_mandate_leaves_the_code_of_a_pinned_runtime() -> None:
    code = algorithm_code(AGENT, a_runtime(), MANDATE)
    assert code == algorithm_code(AGENT, a_runtime(), a_digest("another"))


def test_another_runtime_has_another_code() -> None:
    code = algorithm_code(AGENT, a_runtime(), MANDATE)
    assert code != algorithm_code(AGENT, a_runtime("newer model"), MANDATE)


def test_without_a_pinned_runtime_the_mandate_tells_versions_apart() -> None:
    code = algorithm_code(AGENT, None, MANDATE)
    assert code != algorithm_code(AGENT, None, a_digest("another"))
    assert code != algorithm_code(AGENT, Runtime(()), MANDATE)


def test_two_agents_of_one_runtime_have_two_codes() -> None:
    """`a.b` and `ab` read alike, so the digest must tell them apart."""
    code = algorithm_code("a.b", a_runtime(), MANDATE)
    assert code != algorithm_code("ab", a_runtime(), MANDATE)
