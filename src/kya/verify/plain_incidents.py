"""Incidents once more, by plain reading: what opens one, who acts, how each ends.

Written from spec/incident.md; shares nothing with `kya.core`. Instants are compared as
they are written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from kya.verify.plain_instants import later, moment
from kya.verify.plain_limits import PlainResult
from kya.verify.plain_prices import Fields
from kya.verify.plain_rules import PEOPLE_MIN, PlainCertificate, signers_in

INCIDENT_KINDS: Final = frozenset({"kya/incident/v1", "kya/alert/v1"})
_CONTROL: Final = "incident.grace"
_RUNNING: Final = ("open", "acknowledged")
_ENDED: Final = ("released", "reinstated", "revoked")
_STEPS: Final = {
    "acknowledge": ("open",),
    "extend": _RUNNING,
    "release": _RUNNING,
    "revoke": ("suspended",),
    "conclude": _ENDED,
}
_STANDINGS: Final = {
    "suspend": "suspended",
    "reinstate": "reinstated",
    "revoke": "revoked",
}
_LONGEST: Final = timedelta(hours=24)
_SOON: Final = timedelta(seconds=60)


@dataclass(slots=True)
class PlainIncident:
    """One incident, as far as the log has come."""

    leaf: str
    agent: str
    credential: str
    opened: str
    ends: str
    alert_seconds: int | None
    state: str = "open"
    acted: str = ""
    concluded: bool = False
    settled: set[str] = field(default_factory=set[str])
    told_in_time: bool = False


@dataclass(slots=True)
class PlainIncidents:
    """Every incident by the leaf hash of its order, and what counts to the next."""

    revoked: dict[str, str] = field(default_factory=dict[str, str])
    by_leaf: dict[str, PlainIncident] = field(default_factory=dict[str, PlainIncident])
    now: str = ""
    running: dict[str, PlainIncident] = field(default_factory=dict[str, PlainIncident])
    breaches: dict[str, list[tuple[str, str, set[str]]]] = field(
        default_factory=dict[str, list[tuple[str, str, set[str]]]]
    )

    def results(
        self, order: Fields, at: str, certificate: PlainCertificate
    ) -> tuple[PlainResult, ...]:
        """Return what the control of incidents must say, where it is armed."""
        running = self.running.get(order["agent"])
        if certificate.policy is None and running is None:
            return ()
        limit = "within its grace"
        if running is None:
            return (PlainResult(_CONTROL, limit, "none", ""),)
        measured = f"{running.state} until {running.ends}"
        over = "incident.grace_over" if at >= running.ends else ""
        return (PlainResult(_CONTROL, limit, measured, over),)

    def take_decision(
        self, said: Fields, leaf: str, certificate: PlainCertificate | None
    ) -> Iterator[str]:
        """Open what a decision must open; yield in what it says otherwise."""
        at = self.now = said["received_at"]
        want = None
        reasons = _breaches_in(said)
        policy = None if certificate is None else certificate.policy
        if policy is not None and reasons and said["agent"] not in self.running:
            want = self._opening(said, reasons, policy, certificate)
        if said.get("incident") != want:
            yield "opens another incident than the mandate says, or none where it does"
        if want is not None and policy is not None:
            opened = PlainIncident(
                leaf,
                said["agent"],
                said["credential"],
                at,
                want["grace_ends_at"],
                policy["alert_seconds"],
            )
            self.by_leaf[leaf] = self.running[said["agent"]] = opened

    def take(self, said: Fields, raw: bytes) -> Iterator[str]:
        """Follow what people do, and who was told; yield what is wrong with it."""
        incident = self.by_leaf.get(said["incident"])
        if incident is None:
            yield "of no incident on record"
        elif said["_type"] == "kya/alert/v1":
            yield from self._take_alert(said, incident)
        else:
            yield from self._take_step(said, incident, len(signers_in(raw)))

    def take_standing(self, said: Fields) -> None:
        """Let an incident follow the certificate that it was opened under."""
        for agent, incident in list(self.running.items()):
            if incident.credential == said["credential"]:
                incident.state = _STANDINGS[said["act"]]
                if incident.state in _ENDED:
                    del self.running[agent]

    def conclude(self) -> Iterator[str]:
        """Yield what was not done by the end of the log, and should have been."""
        for incident in self.by_leaf.values():
            what = f"incident {incident.leaf[:16]} of {incident.agent}"
            if incident.state in _RUNNING and self.now > later(incident.ends, _SOON):
                yield f"{what}: its grace ended, and it is {incident.state} still"
            seconds = incident.alert_seconds
            if seconds is None or incident.told_in_time:
                continue
            if self.now > later(incident.opened, timedelta(seconds=seconds)):
                yield f"{what}: nobody was told within {seconds} s"

    def _opening(
        self,
        said: Fields,
        reasons: list[str],
        policy: Fields,
        certificate: PlainCertificate | None,
    ) -> Fields | None:
        """Return what the decision must open; count the breach if that is nothing."""
        at, agent = said["received_at"], said["agent"]
        known = self.breaches.setdefault(agent, [])
        known[:] = [each for each in known if each[0] == said["mandate"]]
        for number, trigger in enumerate(policy["triggers"], start=1):
            listed = set(trigger["reasons"])
            named = [reason for reason in reasons if reason in listed]
            window = timedelta(seconds=trigger["within_seconds"])
            earlier = [
                when
                for _, when, why in known
                if why & listed and moment(at) - moment(when) < window
            ]
            if named and len(earlier) + 1 >= trigger["count"]:
                known.clear()
                grace = 0 if certificate is None else certificate.grace_seconds
                ends = later(at, timedelta(seconds=grace))
                return {"grace_ends_at": ends, "reasons": named, "trigger": number}
        known.append((said["mandate"], at, set(reasons)))
        return None

    def _take_step(
        self, said: Fields, incident: PlainIncident, signers: int
    ) -> Iterator[str]:
        step, at = said["step"], said["at"]
        if incident.state not in _STEPS[step] or (
            (step == "conclude" and incident.concluded)
            or (step == "revoke" and incident.credential in self.revoked)
        ):
            yield f"{step} of an incident that is {incident.state}"
        if at < incident.opened or (incident.acted and at <= incident.acted):
            yield f"{step} of an incident, dated before what it follows"
        incident.acted = at
        if step in {"extend", "release", "revoke"} and signers < PEOPLE_MIN:
            yield f"{step} of an incident by less than two people"
        if step in {"extend", "release"} and max(at, self.now) >= incident.ends:
            yield f"{step} of an incident after the end of its grace"
        if step == "extend":
            until = said["until"]
            if not incident.ends < until <= later(at, _LONGEST):
                yield "extend to an instant that is not later, or too late"
            incident.ends = until
        elif step == "acknowledge":
            incident.state = "acknowledged"
        elif step == "conclude":
            incident.concluded = True
        elif step == "revoke":
            self.revoked[incident.credential] = at
        else:
            incident.state = "released"
            self.running.pop(incident.agent, None)

    def _take_alert(self, said: Fields, incident: PlainIncident) -> Iterator[str]:
        self.now = max(self.now, said["at"])
        if said["target"] in incident.settled:
            yield f"an alert that is settled already, to {said['target']}"
        incident.settled.add(said["target"])
        seconds = incident.alert_seconds
        if said["delivered"] and seconds is not None:
            latest = later(incident.opened, timedelta(seconds=seconds))
            in_time = said["at"] <= latest and said["micros"] <= seconds * 1_000_000
            incident.told_in_time = incident.told_in_time or in_time


def _breaches_in(said: Fields) -> list[str]:
    """Return what counts against the agent's conduct; nothing of a refused order."""
    if said["outcome"] == "refused":
        return []
    return [
        control["reason"]
        for control in said["controls"]
        if "reason" in control and control["outcome"] != "overridden"
    ]
