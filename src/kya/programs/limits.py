"""Limits of the API for programs, each with its reason."""

from typing import Final

TOKENS_MAX: Final = 256
"""Tokens of one file: more programs than any firm keeps apart."""

TOKEN_DAYS_MAX: Final = 366
"""A token ends within a year: whoever has forgotten one loses it by itself."""

PAGE_DEFAULT: Final = 50
"""Items of a page, where nobody says how many."""

PAGE_MAX: Final = 200
"""Items of a page at most: some 200 kB, made within milliseconds."""

CURSOR_CHARS_MAX: Final = 256
"""A cursor is a position and sixteen octets."""

REQUESTS_BURST_MAX: Final = 60
"""Requests of one token at once: a tool that opens a page for each of fifty agents."""

REQUESTS_PER_SECOND_MAX: Final = 10
"""Requests of one token after that: the process shares a core with people's pages."""

WISH_BYTES_MAX: Final = 8_192
"""An order to be checked, with the prices that it assumes."""

KEYS_MAX: Final = 4_096
"""Idempotency keys remembered at once: hours of everything that people sign."""

KEY_SECONDS_MAX: Final = 86_400
"""How long a key is remembered: a day, after which no statement would be taken anew."""

KEY_CHARS_MAX: Final = 64
"""An idempotency key is a name that a program makes up, such as a UUID."""

NEEDS_MAX: Final = 1_000
"""What is told at once of what needs somebody, the most urgent: a day of work."""

REPORTS_MAX: Final = 100
"""What venues said of one order, the newest; the log has the rest."""
