"""How long a locked baseline still counts, for people to see before it is over."""

from typing import NamedTuple

from kya.core.instant import MICROS_PER_DAY, Instant
from kya.core.scope_limits import Limits


class BaselineAge(NamedTuple):
    """When a baseline expires, and whether people should have renewed it by now.

    `micros_left` is none from the instant on at which it has expired.
    """

    expires_at: Instant
    micros_left: int
    renewal_due: bool

    @classmethod
    def at(cls, now: Instant, as_of: Instant, limits: Limits) -> "BaselineAge | None":
        """Return what the limits make of a baseline as of then; None without any."""
        days, warn = limits.baseline_days, limits.baseline_warn_days
        if days is None:
            return None
        expires_at = as_of.later(days=days)
        left = max(0, expires_at.micros - now.micros)
        is_due = warn is not None and now >= as_of.later(days=warn)
        return cls(expires_at, left, renewal_due=is_due or not left)

    @property
    def words(self) -> str:
        """Return it in words."""
        if not self.micros_left:
            return f"expired {self.expires_at}: orders are denied until a newer one"
        days = self.micros_left // MICROS_PER_DAY
        renew = "; renew it" if self.renewal_due else ""
        left = f"{days} whole day{'' if days == 1 else 's'} left"
        return f"expires {self.expires_at}, {left}{renew}"
