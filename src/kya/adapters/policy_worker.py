"""The process that evaluates one policy: `python -m kya.adapters.policy_worker`.

A process of its own, because it can be ended whatever it is doing. The first line that
it reads is the policy, each further one a question; it answers each with one line. The
policy's answer is a word of what became of it: `ready`, `absent` or `failed`.
"""

import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Final, Protocol

import msgspec

from kya.codec.overlays import PolicyFields
from kya.core.overlay import Engine, Said, Verdict

READY: Final = "ready"


class Policies(Protocol):
    """A text that an engine has taken."""

    def said(self, question: dict[str, Any]) -> Said:
        """Return what the policies say of the order."""
        ...


def main() -> None:
    """Answer until nobody asks any more."""
    serve(sys.stdin.buffer, sys.stdout.buffer)


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Take a policy, then answer each question about it."""
    encode = msgspec.json.Encoder().encode
    became, policies = _taken(questions.readline())
    _say(answers, encode(became))
    if policies is None:
        return
    for line in questions:
        verdict, ids = _said(policies, line)
        _say(answers, encode((verdict.value, ids)))


def _say(answers: BinaryIO, line: bytes) -> None:
    answers.write(line + b"\n")
    answers.flush()


def _taken(line: bytes) -> tuple[str, Policies | None]:
    """Return what became of the policy, and the policy if it can be asked."""
    try:
        wanted = msgspec.json.decode(line, type=PolicyFields)
        engine, release = _engine(Engine(wanted.engine))
        if release != wanted.version:
            return Verdict.ABSENT.value, None
        return READY, engine(wanted.text)
    except ImportError:
        return Verdict.ABSENT.value, None
    except Exception:  # noqa: BLE001  fail closed: whatever a policy does, it is denied
        return Verdict.FAILED.value, None


def _engine(engine: Engine) -> tuple[Callable[[str], Policies], str]:
    """Return what takes a text, and its release; ImportError if it is not installed."""
    # Each is an extra, and here is where it may be missing.
    if engine is Engine.CEDAR:
        from kya.adapters import policy_cedar  # noqa: PLC0415

        return policy_cedar.CedarPolicies, policy_cedar.VERSION
    from kya.adapters import policy_rego  # noqa: PLC0415

    return policy_rego.RegoPolicies, policy_rego.VERSION


def _said(policies: Policies, line: bytes) -> Said:
    try:
        return policies.said(msgspec.json.decode(line, type=dict[str, Any]))
    except Exception:  # noqa: BLE001  fail closed: whatever a policy does, it is denied
        return Said(Verdict.FAILED)


if __name__ == "__main__":
    main()
