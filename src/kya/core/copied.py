"""One venue's own list of executions: how far it is copied, and what is unexplained."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from kya.core.client_id import client_id_of
from kya.core.execution import Execution
from kya.core.instant import Instant
from kya.core.matching import (
    Account,
    Matched,
    Reported,
    Unexplained,
    broken,
    overdue,
    with_execution,
    with_report,
)
from kya.core.order_events import OrderSubmitted

NOBODYS: Final = "an order of this client id that awaits an execution; there is none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedList:
    """One venue's list as far as the log has it: the first `position` lines.

    `until` is up to when the list is said to be whole. `accounts` are, by client id,
    those of orders that list or reports say more of than the other; `untold` is what is
    unexplained and not on record as that.
    """

    position: int
    until: Instant
    accounts: Mapping[str, Account] = field(
        default_factory=lambda: MappingProxyType({})
    )
    untold: tuple[Unexplained, ...] = ()

    def with_lines(
        self,
        lines: tuple[Execution, ...],
        working: Mapping[str, OrderSubmitted],
        at: Instant,
    ) -> "CopiedList":
        """Take the next lines; `working` are the orders that may have them, by id."""
        copied = self
        for position, execution in enumerate(lines, start=self.position + 1):
            copied = copied._with_line(position, execution, working, at)
        return replace(copied, position=self.position + len(lines))

    def with_report(
        self, submitted: OrderSubmitted, reported: Reported, *, is_final: bool
    ) -> "CopiedList":
        """Take what a report says of an order."""
        client_id = client_id_of(submitted.leaf)
        account = self.accounts.get(client_id)
        if account is None:
            if not reported.filled:
                return self
            account = Account(client_id=client_id, submitted=submitted)
        return self._matched(with_report(account, reported, is_final=is_final))

    def unexplained(self, now: Instant) -> Iterator[Unexplained]:
        """Yield what is unexplained at this instant and not on record as that."""
        yield from self.untold
        for _, account in sorted(self.accounts.items()):
            found = overdue(account, now, self.until)
            if found is not None:
                yield found

    def told(self, found: Unexplained) -> "CopiedList":
        """Remember that this is on record as unexplained."""
        if found in self.untold:
            rest = tuple(other for other in self.untold if other != found)
            return replace(self, untold=rest)
        account = broken(self.accounts[found.client_id])
        return self._matched((account, ()))

    def _with_line(
        self,
        position: int,
        execution: Execution,
        working: Mapping[str, OrderSubmitted],
        at: Instant,
    ) -> "CopiedList":
        """Take one line."""
        client_id = execution.client_id
        account = self.accounts.get(client_id)
        if account is None and client_id in working:
            account = Account(client_id=client_id, submitted=working[client_id])
        if account is None:
            found = Unexplained(client_id, position, execution, NOBODYS)
            return replace(self, untold=(*self.untold, found))
        return self._matched(with_execution(account, position, execution, at))

    def _matched(self, matched: Matched) -> "CopiedList":
        """Keep the account unless it is settled, and what turned out unexplained."""
        account, found = matched
        accounts = {**self.accounts, account.client_id: account}
        if account.is_settled:
            del accounts[account.client_id]
        return replace(self, accounts=accounts, untold=(*self.untold, *found))
