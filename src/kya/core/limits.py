"""Every size and count has a limit, and each limit its reason, in this one place."""

from typing import Final

ENTRY_BYTES_MAX: Final = 65_535
"""One log entry; the tile format frames it with a 16-bit length (C2SP tlog-tiles)."""

NAME_CHARS_MAX: Final = 64
"""An agent's or service's name; the X.520 upper bound of a common name."""

TOKEN_CHARS_MAX: Final = 64
"""Client order ids and the like; FIX venues commonly accept no more."""

TEXT_CHARS_MAX: Final = 512
"""Free text in a statement, such as a reason: a sentence that people will read."""

LIST_ITEMS_MAX: Final = 256
"""Markets, venues or regions of one scope, which must also fit SCOPE_BYTES_MAX."""

SCOPE_BYTES_MAX: Final = 4_096
"""Canonical scope inside a certificate; larger ones break TLS stacks' record budget."""

MINOR_UNITS_MAX: Final = 10**24
"""Largest amount in minor units: a million ether in wei, and far above any order."""

SEQ_MAX: Final = 2**53 - 1
"""Largest integer that every JSON reader carries exactly (RFC 8785 §3.2.2.3)."""

FIXED_POINT_DIGITS_MAX: Final = 18
"""Digits before the point of a price or quantity."""

BASIS_POINTS_MAX: Final = 10_000
"""One whole in basis points; a buffer or band must stay below it."""

SENT_KEPT: Final = 8_192
"""Messages of one agent that are remembered one by one: more than a minute's most."""

MESSAGES_PER_SECOND_MAX: Final = 1_000
"""Most messages a second that a scope may allow; one core judges no more of them."""

MESSAGES_PER_MINUTE_MAX: Final = 8_000
"""Most messages a minute that a scope may allow: fewer than are remembered."""

DUPLICATE_WINDOW_MILLIS_MAX: Final = 60_000
"""Longest time for which the same order may not come again: a minute."""

PRICE_DRIFT_SECONDS_MAX: Final = 3_600
"""Longest time over which the drift of a price may be limited: an hour."""

COUNT_MAX: Final = 10**9
"""Largest count that a scope may set as a limit."""

PRICE_AGE_MILLIS_MAX: Final = 60_000
"""Oldest reference price that a scope may accept: a minute, and most want a second."""

CLOCK_SKEW_MICROS_MAX: Final = 2_000_000
"""How far an order's own time may be from ours before it is denied: 2 s."""

AGENTS_MAX: Final = 1_000
"""Agents of one gateway; the state is folded by copying one mapping. Shard beyond."""

UNANSWERED_MAX: Final = 1_024
"""Allowed orders of one agent whose outcome is not final, those that rest included."""

CANCELS_UNANSWERED_MAX: Final = 1_024
"""Cancels beside them: as many, so that each of those orders can be taken back."""

RUNTIME_COMPONENTS_MAX: Final = 8
"""Components of a runtime: image, code, model and a few more, which people compare."""

RUNTIME_FILES_MAX: Final = 100_000
"""Files of one component of a runtime: a large environment, hashed in a minute."""

REGION_ANCHORS_MAX: Final = 8
"""Region anchors of one certificate; a bot that moves gets a few, not hundreds."""

INSTANCE_AGE_MICROS_MAX: Final = 31_536_000_000_000
"""How long ago the instance of a document may have started: 365 days. The document
says no other time, so one that was copied from an old instance ends somewhere."""

INSTANCE_RSA_BITS_MIN: Final = 1_024
"""Shortest RSA key of a cloud's document: AWS signs plain documents with 1,024 bits."""

AHEAD_ORDERS_MAX: Final = 64
"""Orders of one agent that may wait for their turn; a bot pipelines no deeper."""

AHEAD_WAIT_MICROS_MAX: Final = 250_000
"""How long an order that came before its turn waits for the missing one: 250 ms."""

OVERRIDE_MICROS_MAX: Final = 900_000_000
"""Longest life of an override: 15 min to send one order that two people have read."""

OVERRIDE_CONTROLS_MAX: Final = 16
"""Controls that one override may name: there are few limits, and people read each."""

OVERRIDES_MAX: Final = 64
"""Overrides that wait for their orders: exceptions, each of which takes two people."""

HALTS_MAX: Final = 4_096
"""Places stopped at once, which are kept in memory; the firm can always be stopped."""

PLACES_LIMITED_MAX: Final = 4_096
"""Places with limits, which are kept in memory; the firm can always have some."""

OVERLAYS_MAX: Final = 8
"""Names of overlays in one log, those withdrawn too; each in force is a process."""

OVERLAY_CHARS_MAX: Final = 32_768
"""A policy's text: half an entry, for its JSON escapes quotes and line feeds."""

OVERLAY_POLICIES_MAX: Final = 32
"""Policies that one answer may name as those that forbade; people read each."""

OVERLAY_ANSWER_MICROS_MAX: Final = 100_000
"""How long an overlay may take to answer: 100 ms, for every other order waits."""

OVERLAY_READY_MICROS_MAX: Final = 5_000_000
"""How long an order waits for an overlay's engine to start before it is judged."""

LIMITING_MIN: Final = 2
"""People who must have signed limits that widen, or are new: starting takes two."""

RESUMING_MIN: Final = 2
"""People who must have signed a resume or a re-arming: starting takes two people."""

MANDATE_DIRECTORS_MIN: Final = 2
"""Directors who must have signed a mandate: starting takes two people."""

MANDATE_DIRECTORS_MAX: Final = 16
"""Directors whose signatures one note can carry and people can gather in a day."""

MANDATE_CASES_MAX: Final = 1_000
"""Cases in one file for a mandate: more than people read."""

MANDATE_CASE_ORDERS_MAX: Final = 1_000
"""Orders that came before one case: each is judged, so a file takes seconds."""

ISSUERS_MAX: Final = 16
"""Certificates of the issuing CA in one log: one every three years is 48 years."""

OPERATORS_MIN: Final = 2
"""Operators who must have signed what starts an agent: starting takes two people."""

REGISTRATION_SECONDS_MAX: Final = 86_400
"""Longest life of a one-time token: what lies around for days, somebody finds."""

REGISTRATIONS_MAX: Final = 10_000
"""Registrations of one log: ten for each of its agents, which are kept in memory."""

SELECTORS_MAX: Final = 8
"""What an agent's host must show: namespace, account, node and a few more."""

EVIDENCE_CHARS_MAX: Final = 32_768
"""What a host shows: a service account's token, or a chain of certificates."""

REFUSALS_MAX: Final = 16
"""Refused requests on record for one registration; further ones are only counted."""

REFUSAL_PAUSE_MICROS_MIN: Final = 1_000_000
"""Between two refusals on record of one registration: a loop must not fill the log."""

CLOCK_MICROS_MAX: Final = 86_400_000_000
"""The farthest that a clock is ever said to be from UTC: a day tells it all."""

STATEMENT_LAG_MICROS_MAX: Final = 300_000_000
"""How far behind the log's time a statement may be dated: 5 min to sign and send."""

GRACE_SECONDS_MAX: Final = 86_400
"""Longest time that people may have to act on a breach: a day is no grace any more."""

STATEMENT_AHEAD_MICROS_MAX: Final = 2_000_000
"""How far ahead of the gateway's clock a statement may be dated: the skew of orders."""

RELEASES_IN_FLIGHT_MAX: Final = 256
"""Orders that await one venue's first answer at once; others queue, on record."""

VENUE_ANSWER_MICROS_MAX: Final = 5_000_000
"""How long a venue may take to answer before the outcome counts as unknown: 5 s."""

VENUE_ASK_MICROS_MIN: Final = 100_000
"""First pause before a venue is asked what became of an order; it doubles: 100 ms."""

VENUE_ASK_MICROS_MAX: Final = 30_000_000
"""Longest pause between two questions to a venue, which has rate limits: 30 s."""

EXECUTIONS_COPIED_MAX: Final = 100
"""Executions in one entry that copies a venue's list; each takes 600 bytes at most."""

EXECUTIONS_FILE_BYTES_MAX: Final = 1 << 30
"""A venue's list that a verifier brings: some four million executions."""

DROP_COPY_MILLIS_MAX: Final = 60_000
"""Longest pause between two looks at a venue's list: an execution waits no longer."""

EXECUTION_WAIT_MICROS_MAX: Final = 60_000_000
"""How long an execution may wait for its report, or a report for its executions: 60 s,
in which a venue is asked twice even after the longest pause."""

OUTCOME_WAIT_MICROS_MAX: Final = 10_000_000
"""How long a reader may wait for a venue's final answer; below common proxy limits."""

STATUS_IN_FLIGHT_MAX: Final = 16
"""OCSP questions that wait for a signature at once; orders must not wait for them."""

STRANGERS_MAX: Final = 4_096
"""Peers whose bad requests are counted one by one; the longest silent is forgotten."""

STRANGER_BURST_MAX: Final = 20
"""Bad requests that a peer may send at once: a bot with a wrong key should see why."""

STRANGER_PER_SECOND_MAX: Final = 1
"""Bad requests that a peer may send for ever: enough to debug, too few to load us."""

BASELINE_BYTES_MAX: Final = 4_194_304
"""A baseline document: some 60 kB, and 4 MB with busy tables of hundreds of markets."""

STRUCK_MAX: Final = 5_000
"""Orders struck from a baseline's source in a review: 5 % of 100,000."""

BASELINE_DAYS_MAX: Final = 1_096
"""Days that a baseline may count: three years; RTS 6 Art. 9 asks every year."""

SCORE_BPS_MAX: Final = 9_999
"""A score at which a control acts, in 1/10,000."""

RETENTION_YEARS: Final = range(5, 101)
"""Years for which a log may be kept; MiCA Art. 68(9), MiFIR Art. 25(1) ask for five."""

TRIGGERS_MAX: Final = 16
"""Triggers of an incident policy; a board writes few, and people must read them."""

TRIGGER_COUNT_MAX: Final = 100
"""Breaches that one trigger may count: so many instants are remembered of each."""

TRIGGER_SECONDS_MAX: Final = 604_800
"""Longest time over which a trigger counts: a week."""

ALERT_SECONDS_MAX: Final = 3_600
"""Longest time that a board may leave until somebody must be told: an hour."""

EXTENSION_SECONDS_MAX: Final = 86_400
"""Longest extension of a grace from the time it is signed: a day, then people look."""

HISTORY_ORDERS_MAX: Final = 1_000
"""Orders of one agent that the gateway tells of: what an exchange's API pages through,
and a few megabytes for all agents together."""
