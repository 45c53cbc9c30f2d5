"""Limits of this server, each with its reason; what it shows has the console's."""

from typing import Final

BODY_BYTES_MAX: Final = 65_536
"""A request holds an order or a few labels."""

TEXT_CHARS_MAX: Final = 512
"""One word or sentence of a request, as the log's own reasons."""

LABELS_BYTES_MAX: Final = 16_384
"""The metadata of one agent or chain: it is kept, shown, and means nothing here."""

ROWS_MAX: Final = 200
"""Rows of one page; the SDK asks for 50."""

REQUESTS_MAX: Final = 1_000
"""Agents that were asked for and are not registered: more than any firm runs."""

CHAINS_MAX: Final = 10_000
"""Chains that are kept; each names at most CHAIN_ORDERS_MAX orders."""

CHAIN_ORDERS_MAX: Final = 1_000
"""Orders of one chain: its answer lists all of them."""

REPORTS_MAX: Final = 1_000
"""Reports that are kept, at some 20 kB."""

PROVEN_MAX: Final = 20
"""Orders of one answer that come with proofs, each of which reads some tiles."""

PEERS_MAX: Final = 10_000
"""Buckets kept; the one that was silent longest is forgotten."""

LISTED_SECONDS: Final = 3.0
"""How long a question about an order waits for the log to show it: it is signed each
second and read twice a second."""

REPORT_SECONDS: Final = 20.0
"""How long a caller waits for a report; the SDK gives up after 30 s."""

WINDOW_DAYS_MAX: Final = 366
"""The longest window of a figure or a report."""

TOKEN_BURST: Final = (100, 10)
"""Requests and seconds of one token."""

PEER_BURST: Final = (300, 60)
"""Requests and seconds of one address that presents no token of ours."""

PUBLIC_BURST: Final = (100, 60)
"""Requests and seconds of one address on the public routes."""
