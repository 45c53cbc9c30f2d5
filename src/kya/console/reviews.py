"""Reviews of baselines: the oddest orders of an agent, accepted or struck by people.

A review is kept in memory; its sheet can be taken away, and `kya baseline review` goes
on with it. To learn takes seconds of a processor: one review learns at a time.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace

from kya.authority.reviewing import Looked, looked
from kya.codec.baseline_reviews import Found, Review, render_found, render_review
from kya.codec.learned_orders import learn_logged
from kya.codec.logged_attempts import LoggedAttempts
from kya.console.follow import Follower
from kya.console.limits import REVIEWS_MAX
from kya.core.errors import InputError


class Reviews:
    """The reviews that have begun, by agent; the oldest gives way to a new one."""

    def __init__(self, follower: Follower) -> None:
        """Read orders from what this follower shows."""
        self._follower = follower
        self._turn = asyncio.Lock()
        self._begun: OrderedDict[str, tuple[LoggedAttempts, Looked]] = OrderedDict()

    def of(self, agent: str) -> Looked | None:
        """Return how far the agent's review has come, None if none has begun."""
        begun = self._begun.get(agent)
        return None if begun is None else begun[1]

    async def begin(self, agent: str, first: int, last: int | None) -> None:
        """Begin a review of the agent's orders; one that was begun is forgotten."""
        async with self._turn:
            attempts = LoggedAttempts(agent)
            await self._follower.read_through(lambda _, raw: attempts.take(raw))
            if not attempts.last_seq:
                raise InputError(f"{agent}: no order of this agent is in the log")
            newest = attempts.last_seq if last is None else last
            review = Review(agent=agent, first_seq=first, last_seq=newest)
            await self._look(review, attempts)

    async def find(self, agent: str, said: Callable[[Looked], Iterable[Found]]) -> None:
        """Take what somebody found of listed orders, and learn from what is left."""
        async with self._turn:
            begun = self._begun.get(agent)
            if begun is None:
                raise InputError(f"{agent}: no review has begun")
            attempts, seen = begun
            findings = {**seen.review.found, **{each.seq: each for each in said(seen)}}
            await self._look(replace(seen.review, found=findings), attempts)

    async def _look(self, review: Review, attempts: LoggedAttempts) -> None:
        """Learn from the orders that are not struck, and keep what came of it."""
        learned = await asyncio.to_thread(
            learn_logged, attempts, review.agent, review.source
        )
        self._begun[review.agent] = attempts, looked(review, learned)
        self._begun.move_to_end(review.agent)
        if len(self._begun) > REVIEWS_MAX:
            self._begun.popitem(last=False)


def sheet_of(review: Review) -> bytes:
    """Return the review's sheet, which says who found what and when."""
    return render_review(review) + render_found(review.found.values())
