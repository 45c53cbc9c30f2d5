"""The timetable of the story: what each person and service does, and when."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from kya.authority import acts
from kya.authority.enrolment import EnrolmentOffice
from kya.codec import canonical
from kya.codec.mandates import render_mandate
from kya.core.baseline import PROBATION_ORDERS
from kya.core.control import Reason
from kya.core.credential import ReasonCode
from kya.core.decision import Outcome
from kya.core.incident import IncidentState
from kya.core.instant import Instant
from kya.core.mandate import Mandate
from kya.core.scope import DailyMaxPer
from kya.demo.bot import BotConfig, BotLine
from kya.demo.conductor import Act, Conductor
from kya.demo.flow import AFTER_REVOCATION, BREACH, Flow
from kya.demo.incident import IncidentStory
from kya.demo.narration import Narration, summary
from kya.demo.observed import lock_the_observed
from kya.demo.pager import Pager
from kya.demo.stage import (
    AGENT,
    DIRECTORS,
    LIVE_FROM,
    OPERATORS,
    RESOLVED_AT,
    SERIAL,
    Stage,
    mandate_of,
    resolution_text,
    scope_of,
)
from kya.wiring.agent_host import AgentHost
from kya.wiring.desk import Desk
from kya.wiring.enrolment import applicant, office_of, register
from kya.wiring.installation import GATEWAY

ISSUED_AT: Final = Instant.parse("2026-04-25T10:00:00.000000Z")
DEPLOYED_AT: Final = Instant.parse("2026-04-26T10:00:00.000000Z")
BASELINE_AT: Final = Instant.parse("2026-05-14T18:00:00.000000Z")
HANDED_OVER_AT: Final = Instant.parse("2026-05-14T19:00:00.000000Z")
CLOSING_AT: Final = Instant.parse("2026-05-21T17:00:00.000000Z")
SEEN_AT: Final = BREACH.plus(seconds=80)
REVOKED_AT: Final = Instant.parse("2026-05-23T11:00:00.000000Z")
REPLACED_AT: Final = Instant.parse("2026-05-23T12:00:00.000000Z")
CONCLUDED_AT: Final = REPLACED_AT.plus(seconds=7_200)
RESTARTED_AT: Final = Instant.parse("2026-05-25T08:00:00.000000Z")
ENDED_AT: Final = Instant.parse("2026-05-29T17:00:00.000000Z")
PACKAGED_AT: Final = Instant.parse("2026-05-30T09:00:00.000000Z")


@dataclass(slots=True, kw_only=True)
class Programme:
    """Who acts: the authority's desk, the bot's host, the regulator's folder."""

    stage: Stage
    desk: Desk
    conductor: Conductor
    pager: Pager
    flow: Flow
    seed: int
    per: DailyMaxPer
    narration: Narration
    lines: list[BotLine] = field(default_factory=list[BotLine])
    incident: IncidentStory = field(init=False)

    def __post_init__(self) -> None:
        """Have the incident told in the same rows."""
        self.incident = IncidentStory(self.desk, self.pager, self._row)

    def timetable(self) -> list[Act]:
        """Return every act of the story in its order."""
        rows: tuple[tuple[Instant, Callable[[], None]], ...] = (
            (RESOLVED_AT, self.resolve),
            (ISSUED_AT, self.issue),
            (DEPLOYED_AT, self.deploy),
            (BASELINE_AT, self.review),
            (HANDED_OVER_AT, self.hand_over),
            (LIVE_FROM, self.go_live),
            (CLOSING_AT, self.close_week),
            (SEEN_AT, self.incident.acknowledge),
            (BREACH.plus(seconds=self.grace), self.enforce),
            (REVOKED_AT, self.revoke),
            (REPLACED_AT, self.replace),
            (CONCLUDED_AT, lambda: self.incident.conclude(self.stage)),
            (RESTARTED_AT, self.restart),
            (ENDED_AT, self.end),
            (PACKAGED_AT, self.package),
        )
        return [Act(at=at, perform=perform) for at, perform in rows]

    @property
    def grace(self) -> int:
        """Seconds that people have after a breach, as the mandate says."""
        return self.mandate().grace_seconds

    def mandate(self) -> Mandate:
        """Return what the board grants."""
        scope = scope_of(self.per)
        return mandate_of(scope, resolution_text(scope).encode())

    def resolve(self) -> None:
        """The board resolves, and two directors sign."""
        mandate = self.mandate()
        text = resolution_text(mandate.scope)
        (self.stage.out / "resolution.txt").write_text(text)
        directors = [self.desk.director(name) for name in DIRECTORS]
        self.desk.grant(acts.resolve(mandate, *directors))
        digest = canonical.digest(render_mandate(mandate))
        scope = mandate.scope
        self._row(
            "board",
            f"mandate {digest[:16]} signed by {' and '.join(DIRECTORS)}: "
            f"{scope.currency} {scope.order_max} an order, {scope.daily_max} a day per "
            f"{self.per.value.replace('_', ' ')}",
        )

    def issue(self) -> None:
        """Two operators register the agent, and the authority issues to its host."""
        self._enrol(office_of(self.desk, lambda: SERIAL))
        self._certificate_row("issued")

    def deploy(self) -> None:
        """The operator starts the bot in paper mode."""
        self._row("operator", f"{AGENT} deployed, on paper until {_date(LIVE_FROM)}")
        live = len(self.flow.observed) + len(self.flow.live)
        self._start_bot(1, live + 1)

    def review(self) -> None:
        """The observed fortnight is over: two people lock what is learned from it."""
        self._copy_lists()
        self._figures_row("observed on paper")
        for what in lock_the_observed(self.stage, self.desk):
            self._row("risk", what)

    def hand_over(self) -> None:
        """The regulator takes root and log policy, before the first live order."""
        self.desk.remote.publish()
        policy = self.stage.installation / "trust" / "policy.txt"
        (self.stage.out / "policy.txt").write_bytes(policy.read_bytes())
        root = self.stage.installation / "trust" / "root.pem"
        (self.stage.out / "root.pem").write_bytes(root.read_bytes())
        self._row(
            "regulator",
            "takes root.pem and policy.txt, and keeps them; the policy names two"
            " witnesses, its own and the auditor's",
        )

    def go_live(self) -> None:
        """Nothing is switched: the scope says from when orders are live."""
        self._row("bot", "live")

    def close_week(self) -> None:
        """The first live week is over."""
        self._copy_lists()
        self._figures_row("live")

    def enforce(self) -> None:
        """The grace is over and nobody has decided: the log says so by itself."""
        self.incident.enforce(self.grace)
        code, why = ReasonCode.PRIVILEGE_WITHDRAWN, "breach of the order maximum"
        self.desk.schedule(AGENT, code, why, REVOKED_AT)
        self._row("authority", f"revocation scheduled for {_date(REVOKED_AT)}")

    def revoke(self) -> None:
        """The authority revokes as scheduled; then a person restarts the bot."""
        self.incident.wait_until(IncidentState.REVOKED)
        self._row("authority", "credential revoked; revocation list published")
        first = len(self.flow.observed) + len(self.flow.live) + 2
        self._row(
            "operator", f"bot restarted; it acts at {AFTER_REVOCATION.time_of_day}"
        )
        self._start_bot(first, first)

    def replace(self) -> None:
        """A new registration, and a certificate for a new key; the same mandate."""
        self._enrol(office_of(self.desk))
        self._certificate_row("issued for a new key, same mandate and scope")
        self._row(
            "risk",
            f"the baseline goes on; for {PROBATION_ORDERS} orders, and a day at least,"
            " a warning denies. No runtime is pinned here, so none is compared",
        )

    def restart(self) -> None:
        """The operator starts the bot with its new key."""
        self.lines.clear()
        self._row("operator", f"{AGENT} started with its new key")
        orders = self.flow.orders
        self._start_bot(len(orders) - len(self.flow.recovered) + 1, len(orders))

    def end(self) -> None:
        """The period is over."""
        self._copy_lists()
        self._figures_row("new certificate")

    def package(self) -> None:
        """The operator hands over the evidence; the log is signed as it stands."""
        size = self.desk.remote.publish()
        self._row("operator", f"evidence for the regulator: {size} entries of the log")

    def _copy_lists(self) -> None:
        """The gateway copies what the venues say was executed, and matches it."""
        self.desk.remote.copy_lists()
        self._row("gateway", "the venues' own lists of executions copied to the log")

    def seen(self, line: BotLine) -> None:
        """Take one line of the bot's record, and show it if it stands out."""
        self.lines.append(line)
        self.narration.advance(line.at)
        number = line.seq - len(self.flow.observed)
        too_large = Reason.ORDER_AMOUNT_MAX.value in line.reasons
        if number in {1, 2} or too_large or line.outcome == Outcome.REFUSED.value:
            self.narration.order(Instant.parse(line.at), number, line)
        if too_large and line.outcome == Outcome.DENIED.value:
            self.incident.tell()

    def _start_bot(self, first: int, last: int) -> None:
        """Start the bot on these orders of the flow."""
        literal = self.per is DailyMaxPer.AGENT
        self.conductor.start_bot(
            BotConfig(
                host=str(self.stage.agent_host),
                clock=str(self.stage.clock),
                record=str(self.stage.record),
                seed=self.seed,
                first=first,
                last=last,
                goes_on_after=[Reason.DAILY_AMOUNT_MAX.value] if literal else [],
            )
        )

    def _enrol(self, office: EnrolmentOffice) -> None:
        """Register the agent as two operators, and have its host prove a new key."""
        registered = register(self.desk, AGENT, OPERATORS)
        self._row(
            "operators",
            f"{' and '.join(OPERATORS)} register {AGENT}: a token, once,"
            f" {registered.registration.attestor.assurance.value.replace('_', '-')}",
        )
        host = AgentHost(self.stage.agent_host)
        asking = applicant(AGENT, host.new_key(), registered.token)
        self._hand_certificate(host, asking.enrol(office))

    def _hand_certificate(self, host: AgentHost, certificate: bytes) -> None:
        """Leave with the bot what it needs to trade."""
        gateway = str(self.desk.opened.note_signer(GATEWAY).key)
        host.store(AGENT, certificate, self.desk.remote.url, gateway)

    def _certificate_row(self, what: str) -> None:
        """Show the agent's newest certificate as the log has it."""
        credential = self.desk.credential_of(AGENT)
        self._row(
            "authority",
            f"certificate {credential.serial:X} {what}, "
            f"valid until {credential.not_after.day}",
        )

    def _figures_row(self, what: str) -> None:
        """Show what the bot's lines since the last such row come to."""
        self._row("bot", f"{what}: {summary(self.lines)}")
        self.lines.clear()

    def _row(self, who: str, what: str) -> None:
        """Show an act at this instant."""
        self.narration.row(self.conductor.clock.now(), who, what)


def _date(instant: Instant) -> str:
    """Return `Fri 15 May 09:00`."""
    return f"{instant.to_datetime():%a %d %b %H:%M}"
