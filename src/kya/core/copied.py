"""One venue's own list of executions: how far it is copied, and what is unexplained."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

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

NOBODYS: Final = "an order of this client id that awaits an execution; there is none"


class CopiedList(NamedTuple):
    """One venue's list as far as the log has it: the first `position` lines.

    `until` is up to when the list is said to be whole. `accounts` are, by client id,
    those of orders that list or reports say more of than the other; `untold` is what is
    unexplained and not on record as that. A named tuple, for every report changes it.
    """

    position: int
    until: Instant
    accounts: Mapping[str, Account] = MappingProxyType({})
    untold: tuple[Unexplained, ...] = ()

    def with_lines(
        self,
        lines: tuple[Execution, ...],
        working: Mapping[str, Account],
        at: Instant,
    ) -> "CopiedList":
        """Take the next lines; `working` are the orders that may have them."""
        accounts, untold = {**self.accounts}, [*self.untold]
        for position, execution in enumerate(lines, start=self.position + 1):
            client_id = execution.client_id
            account = accounts.get(client_id)
            if account is None and client_id in working:
                account = working[client_id]
            if account is None:
                found = Unexplained(client_id, position, execution, NOBODYS)
                untold.append(found)
            else:
                matched = with_execution(account, position, execution, at)
                untold += _kept(matched, accounts)
        position = self.position + len(lines)
        return CopiedList(position, self.until, accounts, tuple(untold))

    def with_report(
        self, begun: Account, reported: Reported, *, is_final: bool
    ) -> "CopiedList":
        """Take what a report says of an order; `begun` is its account without any."""
        account = self.accounts.get(begun.client_id)
        if account is None:
            if not reported.filled:
                return self
            account = begun
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
            return self._replace(untold=rest)
        account = broken(self.accounts[found.client_id])
        return self._matched((account, ()))

    def _matched(self, matched: Matched) -> "CopiedList":
        """Keep the account unless it is settled, and what turned out unexplained."""
        accounts = {**self.accounts}
        untold = (*self.untold, *_kept(matched, accounts))
        return CopiedList(self.position, self.until, accounts, untold)


def _kept(matched: Matched, accounts: dict[str, Account]) -> tuple[Unexplained, ...]:
    """Put the account in its place unless it is settled; return what it leaves open."""
    account, found = matched
    accounts[account.client_id] = account
    if account.is_settled:
        del accounts[account.client_id]
    return found
