"""The story's incident: what the gateway, the pager, people and time do about it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from kya.authority.incidents import short
from kya.core.credential import Role
from kya.core.errors import TransientError
from kya.core.incident import IncidentState, Step
from kya.demo.pager import Pager
from kya.demo.stage import CTO, INCIDENT_FILE, RISK, Stage
from kya.wiring.desk import Desk
from kya.wiring.incident_desk import WantedStep, file_of, take_step
from kya.wiring.remote import IncidentHeard

_WAIT_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class IncidentStory:
    """The only incident of the story; `row` shows who does what."""

    desk: Desk
    pager: Pager
    row: Callable[[str, str], None]

    def tell(self) -> None:
        """Show what the denial has opened, and that somebody was told."""
        found = self._now()
        self.row(
            "gateway",
            f"incident {short(found.incident)} opened by {', '.join(found.reasons)};"
            f" grace until {found.grace_ends_at[11:19]}",
        )
        self.pager.wait_for(found.incident, _WAIT_SECONDS)
        told = self._wait(lambda heard: bool(heard.told), "an alert on record").told[0]
        self.row(
            "duty desk",
            f"alert received, its signature holds; {told.micros // 1_000} ms after the"
            " decision, by the machine's clock",
        )

    def acknowledge(self) -> None:
        """The CTO says that the incident is seen, which stops nothing."""
        seen = WantedStep(step=Step.ACKNOWLEDGE, reason="seen; the desk is asked")
        take_step(self.desk, self._now().incident, seen, [(Role.OPERATOR, CTO)])
        self.row("CTO", f"{CTO} acknowledges the incident; the grace runs on")

    def enforce(self, grace: int) -> None:
        """The grace of so many seconds is over, and the authority has seen to it."""
        found = self.wait_until(IncidentState.SUSPENDED)
        self.row(
            "authority",
            f"credential suspended {grace} s after the denial: nobody has decided;"
            f" since {found.grace_ends_at[11:19]} nothing but cancels would leave",
        )

    def conclude(self, stage: Stage) -> None:
        """Risk management looks into it, and names the root cause."""
        size, heard = self.desk.remote.publish(), self._now()
        file = file_of(stage.installation / "log", size, heard, None)
        (stage.out / INCIDENT_FILE).write_bytes(file)
        concluded = WantedStep(
            step=Step.CONCLUDE,
            reason="a parameter set loaded before the session, ten times too large",
            file=sha256(file).hexdigest(),
        )
        take_step(self.desk, heard.incident, concluded, [(Role.RISK, RISK)])
        self.row("risk", f"{RISK} concludes: {concluded.reason} ({INCIDENT_FILE})")

    def wait_until(self, state: IncidentState) -> IncidentHeard:
        """Return the incident once it stands there; TransientError if it never does."""
        return self._wait(lambda heard: heard.state == state.value, state.value)

    def _now(self) -> IncidentHeard:
        """Return the incident as the gateway tells it."""
        return self.desk.remote.incidents()[0]

    def _wait(
        self, is_done: Callable[[IncidentHeard], bool], what: str
    ) -> IncidentHeard:
        deadline = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < deadline:
            heard = self._now()
            if is_done(heard):
                return heard
            time.sleep(_PAUSE_SECONDS)
        raise TransientError(f"incident: want {what}; it did not come")
