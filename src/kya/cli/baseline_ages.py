"""How long the baselines in force still count, where mandates let them expire."""

from pathlib import Path
from typing import NamedTuple

from kya.core.baseline_age import BaselineAge
from kya.core.state import State
from kya.wiring.clock import system_clock
from kya.wiring.log_reader import published_locks


class AgeingBaseline(NamedTuple):
    """An agent's baseline in force, and how long it still counts."""

    agent: str
    digest: str
    age: BaselineAge

    def document(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "agent": self.agent,
            "baseline": self.digest,
            "expires_at": str(self.age.expires_at),
            "is_expired": not self.age.micros_left,
            "renewal_due": self.age.renewal_due,
        }


def baselines_ageing(data: Path, size: int, power: State) -> list[AgeingBaseline]:
    """Return the baselines in force that will expire or have, by agent."""
    limits = {
        name: power.credentials[agent.credential].granted.scope.limits
        for name, agent in power.agents.items()
    }
    if not any(each.baseline_days for each in limits.values()):
        return []
    now = system_clock().clock.now()
    locks = (each.lock for _, each in published_locks(data / "log", size))
    newest = {lock.agent: lock for lock in locks}
    found: list[AgeingBaseline] = []
    for name, lock in sorted(newest.items()):
        age = BaselineAge.at(now, lock.as_of, limits[name])
        if age is not None:
            found.append(AgeingBaseline(name, lock.digest, age))
    return found
