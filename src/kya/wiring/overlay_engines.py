"""The engines of overlays for whoever asks again, and is in no hurry."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from kya.adapters.policy_engines import PolicyEngines
from kya.core.overlay import Ask

_AGAIN_MICROS_MAX: Final = 5_000_000
"""How long a policy may take when no order waits: a slow machine is no finding."""


@contextmanager
def engines() -> Generator[Ask]:
    """Give what asks the engines that are installed, each started when it is asked."""
    found = PolicyEngines(answer_micros=_AGAIN_MICROS_MAX)
    try:
        yield found.ask_when_ready
    finally:
        found.close()
