"""The engines of overlays for whoever asks again, and is in no hurry."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Final

from kya.core.overlay import Ask, Policy, Said

if TYPE_CHECKING:
    from kya.adapters.policy_engines import PolicyEngines

_AGAIN_MICROS_MAX: Final = 5_000_000
"""How long a policy may take when no order waits: a slow machine is no finding."""


@contextmanager
def engines() -> Generator[Ask]:
    """Give what asks the engines that are installed, each started when it is asked."""
    with ExitStack() as stack:

        @cache
        def found() -> "PolicyEngines":
            # Few logs have overlays, and what runs engines takes long to load.
            from kya.adapters.policy_engines import PolicyEngines  # noqa: PLC0415

            engines = PolicyEngines(answer_micros=_AGAIN_MICROS_MAX)
            stack.callback(engines.close)
            return engines

        def ask(policy: Policy, question: bytes) -> Said:
            return found().ask_when_ready(policy, question)

        yield ask
