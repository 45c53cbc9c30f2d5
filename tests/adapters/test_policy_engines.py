"""The real engines: what they say, what is no answer, and that asking ends."""

import asyncio
import io
import json
import time

import pytest

from kya.adapters.policy_engines import PolicyEngines
from kya.adapters.policy_worker import serve
from kya.codec import canonical
from kya.codec.overlays import policy_fields, policy_of
from kya.core.overlay import Engine, Policy, Said, Verdict
from tests.adapters.policies import (
    CEDAR,
    ENDLESS,
    REGO,
    TEXTS,
    policy,
    question,
    said,
)
from tests.builders import an_order, eur

SMALL = an_order(amount=eur("15000.00"))
FAILED, ABSENT = Said(Verdict.FAILED), Said(Verdict.ABSENT)


def served(asked: Policy, *questions: bytes) -> list[object]:
    """What the worker writes, in this process: it is one loop over two streams."""
    lines = [canonical.encode_line(policy_fields(asked)), *questions]
    written = io.BytesIO()
    serve(io.BytesIO(b"".join(lines)), written)
    return [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.mark.parametrize("engine", Engine)
def test_an_engine_allows_and_names_what_forbids(engine: Engine) -> None:
    assert said(engine, TEXTS[engine], question(SMALL)) == Said(Verdict.ALLOW)
    assert said(engine, TEXTS[engine]) == Said(Verdict.DENY, ("large",))


@pytest.mark.parametrize("engine", Engine)
def test_the_worker_answers_line_by_line(engine: Engine) -> None:
    written = served(policy(engine), question(SMALL), question(), b"no json\n")
    assert written == ["ready", ["allow", []], ["deny", ["large"]], ["failed", []]]


SILENT = {
    "cedar-policy-that-breaks": (
        Engine.CEDAR,
        CEDAR + "forbid (principal, action, resource) when { context.wroth > 1 };\n",
    ),
    "rego-without-allow": (Engine.REGO, REGO.replace("default allow", "default x")),
    "rego-without-deny": (Engine.REGO, "package kya.overlay\ndefault allow := true\n"),
    "rego-other-package": (Engine.REGO, REGO.replace("kya.overlay", "other")),
    "rego-allow-is-no-boolean": (Engine.REGO, REGO.replace("true", '"yes"')),
    "rego-deny-holds-a-number": (
        Engine.REGO,
        REGO + "\ndeny contains 7 if input.mode == input.mode\n",
    ),
    "rego-id-that-is-none": (
        Engine.REGO,
        REGO + '\ndeny contains "so much is too much" if input.mode == "live"\n',
    ),
    "rego-function-that-fails": (
        Engine.REGO,
        REGO + '\ndeny contains "x" if to_number(input.mode) > 1\n',
    ),
}


@pytest.mark.parametrize(("engine", "text"), SILENT.values(), ids=SILENT)
def test_what_is_no_plain_answer_is_a_failure(engine: Engine, text: str) -> None:
    assert served(policy(engine, text), question(SMALL)) == ["ready", ["failed", []]]


REFUSED = {
    "cedar-nonsense": (Engine.CEDAR, "permit"),
    "cedar-template": (
        Engine.CEDAR,
        CEDAR + "forbid (principal == ?principal, action, resource);\n",
    ),
    "rego-nonsense": (Engine.REGO, "package"),
    "rego-clock": (
        Engine.REGO,
        REGO + '\ndeny contains "late" if time.now_ns() > 1\n',
    ),
    "rego-chance": (Engine.REGO, REGO + 'x := rand.intn("x", 2)\n'),
}


@pytest.mark.parametrize(("engine", "text"), REFUSED.values(), ids=REFUSED)
def test_a_text_that_cannot_be_asked_is_not_taken(engine: Engine, text: str) -> None:
    assert served(policy(engine, text), question(SMALL)) == ["failed"]


def test_cedar_denies_by_default_and_names_a_policy_without_an_id() -> None:
    nothing = policy(Engine.CEDAR, "forbid (principal, action, resource);")
    assert served(nothing, question()) == ["ready", ["deny", ["policy0"]]]
    silent = policy(Engine.CEDAR, "permit (principal, action, resource) when {1 == 2};")
    assert served(silent, question()) == ["ready", ["deny", []]]


def test_another_release_is_as_good_as_none() -> None:
    other = policy_of(Engine.CEDAR, "4.0.0", CEDAR)
    assert served(other, question()) == ["absent"]
    engines = PolicyEngines()
    assert engines.ask_when_ready(other, question()) == ABSENT
    engines.close()


def test_a_text_that_is_not_taken_fails_every_question() -> None:
    assert said(Engine.CEDAR, "permit") == FAILED


def test_a_policy_without_end_is_late_and_the_next_question_starts_anew() -> None:
    endless, quick = policy(Engine.REGO, ENDLESS), policy(Engine.CEDAR)
    engines = PolicyEngines(answer_micros=200_000)
    asyncio.run(engines.ready([endless, quick]))
    begun = time.monotonic()
    assert engines.ask(endless, question()) == Said(Verdict.LATE)
    assert time.monotonic() - begun < 2
    assert engines.ask(quick, question()) == Said(Verdict.DENY, ("large",))
    assert engines.ask(endless, question()) == Said(Verdict.LATE), "not ready yet"
    asyncio.run(engines.ready([quick]))
    assert engines.ask(quick, question()) == Said(Verdict.DENY, ("large",))
    engines.close()


def test_what_was_never_made_ready_is_late() -> None:
    engines = PolicyEngines()
    assert engines.ask(policy(Engine.CEDAR), question()) == Said(Verdict.LATE)
    engines.close()
