"""Where the demonstration plays: its folders, its processes, and the story's names."""

import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from kya.config import Config, InstallationSection, LogSection, PaperSection
from kya.config_outside import AlertSection, WitnessesSection
from kya.config_venues import DropCopySection, VenueSection
from kya.core.control import Reason
from kya.core.credential import Role
from kya.core.errors import InputError, TransientError
from kya.core.incident_policy import IncidentPolicy, Trigger
from kya.core.instant import Instant, TimeOfDay
from kya.core.mandate import Mandate
from kya.core.money import Money
from kya.core.scope import Calendar, DailyMaxPer, RegionEvidence, Scope, TradingWindow
from kya.core.scope_limits import Limits
from kya.demo.bot import REGION
from kya.demo.flow import EUR, EUR_USD, GBP_EUR, VENUES, Flow

OPERATOR: Final = "CryptoEX AG"
AGENT: Final = "algo_trader_v2"
DIRECTORS: Final = ("anna.keller", "bernd.vogt")
OPERATORS: Final = ("clara.weber", "david.roth")
RISK: Final = "eva.lang"
SUPERVISORS: Final = ((Role.RISK, RISK), (Role.COMPLIANCE, "felix.braun"))
CTO: Final = "karl.frey"
PAGER: Final = "duty-desk"
PAGER_SECRET: Final = "keys/duty-desk.secret"  # noqa: S105  where it is
INCIDENT_FILE: Final = "incident.json"
SERIAL: Final = 0xF1D4E8C7B2A9F3E6
ORIGIN: Final = "cryptoex.example/log/2026"
RESOLVED_AT: Final = Instant.parse("2026-04-24T10:00:00.000000Z")
LIVE_FROM: Final = Instant.parse("2026-05-15T09:00:00.000000Z")

_MADE: Final = ("evidence", "evidence.tar.gz", "installation", "agent-host", "root.pem")
REPORT: Final = "report.html"
_MADE_TOO: Final = ("policy.txt", "executions.csv", "resolution.txt", REPORT, "README")
_OUTSIDE: Final = ("witnesses", INCIDENT_FILE)
_OF_THE_REVIEW: Final = ("baseline.json", "review.jsonl")
_OF_THE_BOT: Final = ("bot.jsonl", "bot.json")
_MARK: Final = "README"
_MARK_TEXT: Final = (
    "Made by `kya demo`, and made anew by the next one.\n\n"
    "evidence/, evidence.tar.gz   the package for the regulator\n"
    "root.pem, policy.txt         the regulator's own copies\n"
    "report.html                  what a board reads of it, once it is verified\n"
    "executions.csv               what the venues handed to the regulator\n"
    "installation/                the operator's gateway: keys, log, venues' lists\n"
    "witnesses/                   the regulator's and the auditor's: keys, last trees\n"
    "agent-host/                  the bot's host: key, certificate, journal\n"
    "resolution.txt               the board's document\n"
    "baseline.json, review.jsonl  what two people locked, and what they looked at\n"
    "incident.json                what the log knows around the incident\n"
    "bot.jsonl                    what the bot wrote down\n"
)


@dataclass(frozen=True, slots=True)
class Stage:
    """The folder of one demonstration, and the socket at which its clock is served."""

    out: Path
    clock: Path

    @property
    def installation(self) -> Path:
        """The operator's data directory."""
        return self.out / "installation"

    @property
    def agent_host(self) -> Path:
        """The bot's host."""
        return self.out / "agent-host"

    @property
    def witnesses(self) -> Path:
        """What the two witnesses keep, each in a folder of its own."""
        return self.out / "witnesses"

    @property
    def record(self) -> Path:
        """What the bot writes down, a line of JSON an order."""
        return self.out / "bot.jsonl"

    @property
    def package(self) -> Path:
        """The evidence."""
        return self.out / "evidence"

    def clear(self) -> None:
        """Make an empty folder; InputError rather than remove what is not ours."""
        if self.out.exists() and any(self.out.iterdir()):
            if not (self.out / _MARK).exists():
                raise InputError(f"{self.out}: is not empty and not of an earlier demo")
            for name in (*_MADE, *_MADE_TOO, *_OUTSIDE, *_OF_THE_BOT, *_OF_THE_REVIEW):
                path = self.out / name
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
        self.out.mkdir(parents=True, exist_ok=True)
        (self.out / _MARK).write_text(_MARK_TEXT)


def scope_of(per: DailyMaxPer) -> Scope:
    """Return the story's scope with the daily maximum counted in this way."""
    return Scope(
        currency=EUR,
        markets=frozenset({EUR_USD, GBP_EUR}),
        venues=frozenset(VENUES),
        regions=frozenset({REGION}),
        order_max=Money.parse("25000.00", EUR),
        daily_max=Money.parse("500000.00", EUR),
        daily_max_per=per,
        window=TradingWindow(
            TimeOfDay.parse("08:00:00.000000"), TimeOfDay.parse("17:00:00.000000")
        ),
        calendar=Calendar.MONDAY_TO_FRIDAY,
        region_evidence=RegionEvidence.SELF_ASSERTED,
        live_from=LIVE_FROM,
        limits=Limits(score_warn_bps=7_500, score_critical_bps=8_500),
    )


INCIDENTS: Final = IncidentPolicy(
    triggers=(
        Trigger(
            reasons=frozenset(
                {
                    Reason.BEHAVIOUR_CRITICAL,
                    Reason.BEHAVIOUR_SEQUENCE,
                    Reason.MARKET_NOT_ALLOWED,
                    Reason.ORDER_AMOUNT_MAX,
                    Reason.VENUE_NOT_ALLOWED,
                }
            ),
            count=1,
            within_seconds=3_600,
        ),
    ),
    alert_seconds=5,
)
"""What opens an incident in the story: one order that breaks the scope, or is odd."""


def mandate_of(scope: Scope, resolution: bytes) -> Mandate:
    """Return what the board grants."""
    return Mandate(
        operator=OPERATOR,
        agent=AGENT,
        scope=scope,
        resolved_at=RESOLVED_AT,
        valid_from=RESOLVED_AT,
        valid_until=Instant.parse("2027-06-30T23:59:59.000000Z"),
        resolution=sha256(resolution).hexdigest(),
        grace_seconds=300,
        incidents=INCIDENTS,
    )


def resolution_text(scope: Scope) -> str:
    """Return the board's document, made of the scope itself."""
    per = {
        DailyMaxPer.AGENT: "in all",
        DailyMaxPer.MARKET_AND_SIDE: "per market and side (our own reading)",
    }[scope.daily_max_per]
    venues = ", ".join(sorted(scope.venues))
    return (
        f"{OPERATOR}: resolution of the board, {RESOLVED_AT.day}\n\n"
        f"The agent {AGENT} may trade {', '.join(sorted(scope.markets))}\n"
        f"at {venues} from {', '.join(sorted(scope.regions))},\n"
        f"at most {EUR} {scope.order_max} an order\n"
        f"and {EUR} {scope.daily_max} a UTC day {per},\n"
        f"Monday to Friday, {scope.window} UTC,\n"
        f"with real money from {scope.live_from}.\n"
        "An order whose score against the locked baseline is 0.75 is warned of,\n"
        "from 0.85 on it is denied.\n"
        "An order above the maximum, elsewhere than allowed, or with a score that is\n"
        "critical opens an incident: somebody is told within 5 s. If two people have\n"
        "not decided within 300 s, the agent is suspended.\n"
    )


def config_of(flow: Flow, prices: Path | None, seed: int, pager: str) -> Config:
    """Return the configuration of the story's gateway, its time-outs planned.

    `pager` is where alerts go.
    """
    late = [flow.orders[seq - 1] for seq in sorted(flow.timeouts)]
    section = PaperSection(seed=seed)
    if prices is not None:
        section = PaperSection(kind="recorded", directory=str(prices), seed=seed)
    return Config(
        installation=InstallationSection(
            operator=OPERATOR,
            trust_domain="cryptoex.example",
            root_name="Kakunin Root CA",
            crl_url="http://crl.cryptoex.example/issuing.crl",
            ocsp_url="http://ocsp.cryptoex.example/ocsp",
        ),
        log=LogSection(origin=ORIGIN),
        paper=section,
        # Copied at acts of the timetable: real seconds mean nothing to this clock.
        drop_copy=DropCopySection(every_ms=0),
        alerts={
            PAGER: AlertSection(
                kind="webhook",
                url=pager,
                secrets=(f"file:{PAGER_SECRET}",),
                networks=("127.0.0.1/32",),
            )
        },
        witnesses=WitnessesSection(policy="trust/policy.txt", every_ms=200),
        venues={
            name: VenueSection(
                faults={
                    order.client_order_id: "timeout"
                    for order in late
                    if order.venue == name
                }
            )
            for name in VENUES
        },
    )


@contextmanager
def gateway_process(stage: Stage) -> Generator[str]:
    """Run the gateway as a process of its own; yield its address."""
    module = "kya.demo.gateway"
    command = (sys.executable, "-m", module, stage.installation, stage.clock)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own module, our own arguments
    try:
        url = process.stdout.readline().strip() if process.stdout else ""
        if not url:
            raise TransientError(f"gateway: did not start (exit {process.wait()})")
        yield url
    finally:
        process.terminate()
        process.wait()
        if process.stdout:
            process.stdout.close()


def bot_process(config: Path) -> "subprocess.Popen[bytes]":
    """Start the bot as a process of its own."""
    return subprocess.Popen((sys.executable, "-m", "kya.demo.bot", config))  # noqa: S603  our own module, our own arguments
