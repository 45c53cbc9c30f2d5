"""The algorithm's code: which program decided an order, in fifty characters.

Example: `algotraderv24C1B7F0A9D2E6B8F3A5C7D10`. The first part is for people, the
second tells versions apart. docs/adr/0024 says why it is made so.
"""

from typing import Final

from kya.codec import canonical
from kya.core.runtime import Runtime

CODE_CHARS_MAX: Final = 50
"""What (EU) 2025/1140, Table 2, gives to an algorithm: {ALPHANUM-50}."""

_DIGEST_CHARS: Final = 24
"""96 bits: two programs of one firm share a code by chance only once in 2^48."""


def algorithm_code(agent: str, runtime: Runtime | None, mandate: str) -> str:
    """Return the code of the agent as it is pinned, or else as it is mandated.

    The same agent under the same pinned runtime has the same code, whatever its
    certificates; where no runtime is pinned, the mandate stands in for it.
    """
    version = {"mandate": mandate} if runtime is None else {"runtime": str(runtime)}
    line = canonical.encode({"agent": agent, **version})
    told_apart = canonical.digest(line)[:_DIGEST_CHARS].upper()
    readable = "".join(filter(str.isalnum, agent))
    return readable[: CODE_CHARS_MAX - _DIGEST_CHARS] + told_apart
