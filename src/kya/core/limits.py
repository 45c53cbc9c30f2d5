"""Every size and count has a limit, and each limit its reason, in this one place."""

from typing import Final

ENTRY_BYTES_MAX: Final = 65_535
"""One log entry; the tile format frames it with a 16-bit length (C2SP tlog-tiles)."""

NAME_CHARS_MAX: Final = 64
"""An agent's or service's name; the X.520 upper bound of a common name (ub-common-name)."""

TOKEN_CHARS_MAX: Final = 64
"""Client order ids and the like; FIX venues commonly accept no more."""

TEXT_CHARS_MAX: Final = 512
"""Free text in a statement, such as a reason; enough for a sentence people will read."""

LIST_ITEMS_MAX: Final = 256
"""Markets, venues or regions of one scope; a scope must also fit 4 KiB of certificate."""

SCOPE_BYTES_MAX: Final = 4_096
"""Canonical scope inside a certificate; larger ones break TLS stacks' record budget."""

MINOR_UNITS_MAX: Final = 10**24
"""Largest amount in minor units: a million ether in wei, and far above any order."""

SEQ_MAX: Final = 2**53 - 1
"""Largest integer that every JSON implementation carries exactly (RFC 8785 §3.2.2.3)."""

FIXED_POINT_DIGITS_MAX: Final = 18
"""Digits before the point of a price or quantity."""

CLOCK_SKEW_MICROS_MAX: Final = 2_000_000
"""How far an order's own time may be from ours before it is denied: 2 s."""

AGENTS_MAX: Final = 1_000
"""Agents of one gateway; the state is folded by copying one mapping. Shard beyond."""

UNANSWERED_MAX: Final = 1_024
"""Allowed orders of one agent whose outcome the venue has not told us."""

AHEAD_ORDERS_MAX: Final = 64
"""Orders of one agent that may wait for their turn; a bot pipelines no deeper."""

AHEAD_WAIT_MICROS_MAX: Final = 250_000
"""How long an order that came before its turn waits for the missing one: 250 ms."""

MANDATE_DIRECTORS_MIN: Final = 2
"""Directors who must have signed a mandate: starting takes two people."""

STATEMENT_LAG_MICROS_MAX: Final = 300_000_000
"""How far behind the log's own time a statement may be dated: 5 min to sign and send."""
