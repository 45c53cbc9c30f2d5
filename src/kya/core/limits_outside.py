"""The limits of what is asked or told beside the road: feeds, witnesses, alerts."""

from typing import Final

CLOCK_EVERY_SECONDS_MAX: Final = 3_600
"""The longest time between two comparisons of the clock."""

CLOCK_SILENCE_SECONDS_MAX: Final = 86_400
"""The longest that a clock may be off before the firm is halted, where it is to be."""

FEED_LINE_BYTES_MAX: Final = 2_048
"""One line of a price feed: six fields, whose source has 512 characters at most."""

FEED_MARKETS_MAX: Final = 256
"""Markets that a feed's prices are kept of; a scope names no more."""

FEED_AHEAD_MICROS_MAX: Final = 2_000_000
"""How far ahead of our clock a feed's price may be dated: the skew of orders. One of
next year would otherwise stand before all others until then."""

FEED_AHEAD_MAX: Final = 256
"""Prices of one market that are kept until our clock has reached them."""

FEED_PAUSE_MILLIS_MIN: Final = 100
"""First pause after a feed has failed; it doubles: 100 ms."""

FEED_PAUSE_MILLIS_MAX: Final = 10_000
"""Longest pause before a feed is tried again: an order's price is older by then."""

PRICE_SOURCES_MAX: Final = 2
"""Sources of prices: one, and one that it is compared with."""

FEED_MILLIS_MIN: Final = 10
"""Shortest pause between two replies of a feed, and shortest silence that ends one."""

STAMP_SECONDS_MAX: Final = 600
"""Longest time for which a busy log has no time stamp: ten minutes."""

STAMP_AUTHORITIES_MAX: Final = 8
"""Authorities that one log asks for time stamps; two that are independent do."""

WITNESS_MILLIS_MAX: Final = 60_000
"""Longest pause between two questions to a witness, and longest wait for an answer."""

WITNESS_SILENCE_SECONDS_MAX: Final = 86_400
"""Longest silence of witnesses that a gateway counts before it halts: a day."""

ALERT_TARGETS_MAX: Final = 16
"""Targets that are told of incidents: each has an entry of its own for each."""

ALERTS_UNDER_WAY_MAX: Final = 32
"""Alerts that one target is told at once; when many agents breach, the others wait."""

ALERT_LOOK_MICROS_MAX: Final = 1_000_000
"""How long the change of an incident may go unseen by the task that tells of it."""

ALERT_ANSWER_MILLIS_MIN: Final = 100
"""Shortest time in which a target may be asked to answer."""

ALERT_ANSWER_MILLIS_MAX: Final = 30_000
"""Longest time that a target's answer is waited for; then it is tried again."""

ALERT_GIVE_UP_SECONDS_MAX: Final = 86_400
"""Longest time that one alert is tried: a day, and by then people have looked."""

ALERT_SECRETS_MAX: Final = 8
"""Secrets of one target: the old and the new one while they change, or addresses."""

VENUE_TIMER_SECONDS_MIN: Final = 15
"""Room for three settings of an exchange's own timer, each with its answer."""

VENUE_TIMER_SECONDS_MAX: Final = 86_400
"""A day, which is as long as exchanges let it be."""

MARKETS_ASKED_MAX: Final = 4
"""Markets of an account whose executions are asked for one by one: each question costs
20 of the 6,000 points that Binance gives a minute, and comes every second."""
