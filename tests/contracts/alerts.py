"""What every target of alerts must do, whoever is behind it.

A test subclasses `AlertTargetContract` and says how to tell a target that is well, one
that is not there now, and one that will never take the alert.
"""

import asyncio

import pytest

from kya.core.errors import InputError, TransientError
from kya.core.tokens import require_text
from kya.gateway.alert import Alert, Change
from tests.alerting import an_alert_told


class AlertTargetContract:
    """Subclass, and tell such targets; each returns what `tell` does."""

    async def well(self, *alerts: Alert) -> list[str]:
        """Tell one target that takes what comes, in this order."""
        raise NotImplementedError

    async def away(self, alert: Alert) -> str:
        raise NotImplementedError

    async def refusing(self, alert: Alert) -> str:
        raise NotImplementedError

    @pytest.mark.parametrize("change", Change)
    def test_every_change_is_taken_with_a_word(self, change: Change) -> None:
        (word,) = asyncio.run(self.well(an_alert_told(change)))
        require_text("word", word)

    def test_the_same_alert_is_taken_twice(self) -> None:
        alert = an_alert_told()
        assert len(asyncio.run(self.well(alert, alert))) == 2

    def test_a_target_that_is_away_may_be_told_again(self) -> None:
        with pytest.raises(TransientError):
            asyncio.run(self.away(an_alert_told()))

    def test_a_target_that_refuses_is_not_told_again(self) -> None:
        with pytest.raises(InputError):
            asyncio.run(self.refusing(an_alert_told()))
