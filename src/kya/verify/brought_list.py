"""A venue's list that the verifier brings, held against the log: question 9 once more.

Nothing of the operator's has touched it. It is taken as whole, for each venue that it
names, from its first execution to its last one.
"""

from dataclasses import dataclass, field
from typing import Self

from kya.codec.execution_files import Listed, read_executions
from kya.core.client_id import client_id_of
from kya.core.decision import Outcome
from kya.core.events import Event
from kya.core.exact_fill import exact_units
from kya.core.execution import Execution
from kya.core.matching import Account, Reported, with_execution, with_report
from kya.core.order_events import (
    OrderDecided,
    OrderSubmitted,
    VenueReported,
    VenueStatus,
)
from kya.core.recheck import Bounds
from kya.core.state import State
from kya.verify.finding import Findings

_Key = tuple[str, str]
"""Venue and client id."""


@dataclass(slots=True)
class BroughtList:
    """Takes the entries' events one by one; holds the list against them at the end."""

    listed: Listed
    _accounts: dict[_Key, Account] = field(default_factory=dict[_Key, Account])
    _reports: dict[_Key, VenueReported] = field(
        default_factory=dict[_Key, VenueReported]
    )
    _submitted: OrderSubmitted | None = None

    @classmethod
    def read(cls, raw: bytes | None) -> Self:
        """Return the list of a file, without lines if there is none."""
        return cls({} if raw is None else read_executions(raw))

    def take(self, event: Event, state: State) -> None:
        """Take the next entry's event, and the state after it."""
        match event:
            case OrderSubmitted():
                self._submitted = event
            case OrderDecided(outcome=Outcome.ALLOWED) if self._submitted is not None:
                self._take_allowed(self._submitted, event, state)
            case VenueReported(venue=venue, status=status):
                if venue in self.listed and status is not VenueStatus.UNKNOWN:
                    self._reports[venue, client_id_of(event.order)] = event
            case _:
                pass

    def _take_allowed(
        self, submitted: OrderSubmitted, decided: OrderDecided, state: State
    ) -> None:
        """Open the account of an order at one of the venues, with its limits."""
        order = submitted.order
        if order.venue not in self.listed:
            return
        scope = state.credentials[order.credential].granted.scope
        client_id = client_id_of(submitted.leaf)
        self._accounts[order.venue, client_id] = Account(
            client_id=client_id,
            submitted=submitted,
            bounds=Bounds(scope, decided.price, decided.aside),
        )

    def conclude(self, findings: Findings) -> None:
        """Say whether each line is of an order, and each fill in the list."""
        for venue, lines in sorted(self.listed.items()):
            of_order: dict[str, list[tuple[int, Execution]]] = {}
            for number, line in enumerate(lines, start=1):
                of_order.setdefault(line.client_id, []).append((number, line))
            first = min(line.at for line in lines)
            last = max(line.at for line in lines)
            for client_id, found in of_order.items():
                self._match((venue, client_id), found, findings)
            for key, report in self._reports.items():
                if key[0] != venue or key[1] in of_order or report.filled is None:
                    continue
                if first <= report.at <= last:
                    where = f"order {report.seq} of {report.agent}"
                    said = f"filled at {venue} by its report, but not in your list"
                    findings.fails(9, where, said)
            findings.holds(
                9,
                f"{venue}: your list has {len(lines)} executions from {first} to"
                f" {last}, each held against the orders and reports of this log, and"
                " against the limits that its order was allowed by; what was filled"
                " before or after is not",
            )

    def _match(
        self, key: _Key, found: list[tuple[int, Execution]], findings: Findings
    ) -> None:
        """Hold the lines of one client id against its order and its last report."""
        venue, _ = key
        account, report = self._accounts.get(key), self._reports.get(key)
        if account is None or report is None:
            for number, line in found:
                want = "an order of this client id with a report in the log"
                findings.fails(9, f"your list of {venue}: {number}", f"{line}: {want}")
            return
        for number, line in found:
            account, wrong = with_execution(account, number, line, line.at)
            for each in wrong:
                where = f"your list of {venue}: {number}"
                findings.fails(9, where, f"{line}; want {each.expected}")
        units = exact_units(report.filled, report.exact)
        reported = Reported(units, report.price, report.at)
        account, wrong = with_report(account, reported, is_final=True)
        for each in wrong:
            where = f"your list of {venue}: {each.position}"
            findings.fails(9, where, f"{each.execution}; want {each.expected}")
        if account.reports:
            number, line = found[-1]
            where = f"your list of {venue}: {number}"
            want = f"{report.filled} filled at {report.price} in all, as reported"
            findings.fails(9, where, f"{line}: the last of its order; want {want}")
