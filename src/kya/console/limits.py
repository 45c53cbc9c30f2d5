"""Limits of the console, each with its reason; what it shows has the core's."""

from typing import Final

FEED_ORDERS_MAX: Final = 20_000
"""Newest orders that pages list: two busy days, some 20 MB. Older ones have a page by
agent and number all the same."""

HAPPENINGS_MAX: Final = 2_000
"""Newest acts of people and of the authority that pages list."""

STATEMENTS_MAX: Final = 4_096
"""Newest statements that are found by their leaf hash: those of many days, so that one
that is sent again is known to be on record."""

OVERRIDES_SHOWN_MAX: Final = 100
"""Newest overrides that are listed with what came of them: they are exceptions."""

STORY_MAX: Final = 500
"""What is told of one incident, the oldest first; the log has the rest."""

ROWS_MAX: Final = 100
"""Rows of one table: what somebody reads, and what keeps a page below 300 kB."""

SESSIONS_MAX: Final = 1_024
"""People who are signed in at once, in all their browsers."""

SESSION_SECONDS_MAX: Final = 28_800
"""A session ends after eight hours: a working day."""

SESSION_IDLE_SECONDS_MAX: Final = 1_800
"""A session ends after half an hour without a request of its person."""

CHALLENGES_MAX: Final = 1_024
"""Sign-ins within a minute: more people than any firm has at its consoles."""

CHALLENGE_SECONDS_MAX: Final = 60
"""How long a challenge may be answered: the time of one touch of a button."""

LOGIN_SECONDS_MAX: Final = 600
"""How long somebody may be at the identity provider: a password and a second factor."""

VISITS_MAX: Final = 1_024
"""People whom the identity provider has let in, and who have not signed in yet."""

DRAFTS_MAX: Final = 256
"""Acts that wait for a signature at once, of all people together."""

DRAFT_SECONDS_MAX: Final = 240
"""How long an act may wait: the gateway takes a statement five minutes behind the log,
and the last one who signs needs a moment, too."""

PACKAGES_MAX: Final = 4
"""Evidence packages that are kept at once: each is as large as the whole log."""

REVIEWS_MAX: Final = 8
"""Reviews of baselines that are kept at once: the orders of one agent are some 30 MB
where there are 100,000."""

STREAMS_MAX: Final = 256
"""Tabs that follow the log at once; each costs a connection and a few kilobytes."""

FORM_BYTES_MAX: Final = 32_768
"""A form holds a mandate that somebody has written down, URL-encoded: a scope has 4 kB
at most, and people leave room between its lines."""

EXPIRING_SECONDS: Final = 30 * 86_400
"""From when on the end of a certificate is worth a word: a month is enough to renew."""

LATE_SECONDS: Final = 15
"""From when on a log that does not move on is worth a word: it is signed each second
that has an entry, so this is the time since somebody could read it at all."""

WITNESS_LATE_SECONDS: Final = 600
"""From when on witnesses are late who have not seen some entries: ten minutes."""
