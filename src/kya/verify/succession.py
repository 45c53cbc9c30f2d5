"""Whether a log that has had more than one name is one log (spec/roll.md).

The order of the entries is the fold's to judge; here the checkpoint that begins a name
is held against the tree that it is said to be of.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kya.codec.note import VerifierKey
from kya.core.errors import DistrustError, InputError
from kya.core.events import Event
from kya.core.roll import LogContinued, LogRolled
from kya.tlog.checkpoint import Checkpoint, open_checkpoint
from kya.tlog.names import Names
from kya.tlog.tree import Tree
from kya.verify.finding import Findings

KeysNamed = Callable[[str], Iterable[VerifierKey]]
"""The keys that count as the log's, under the name that it had."""


@dataclass(slots=True)
class Succession:
    """The names that the log has had, and by which entries."""

    rolls: list[tuple[int, LogRolled]] = field(
        default_factory=list[tuple[int, LogRolled]]
    )
    continuations: list[tuple[int, LogContinued]] = field(
        default_factory=list[tuple[int, LogContinued]]
    )

    def take(self, index: int, event: Event) -> None:
        """Take note of an entry that ends a name, or begins one."""
        if isinstance(event, LogRolled):
            self.rolls.append((index, event))
        elif isinstance(event, LogContinued):
            self.continuations.append((index, event))

    def names(self, first: str) -> Names:
        """Return the names in their order, the first one being this."""
        names = Names(first)
        for index, event in self.continuations:
            names = names.and_then(index, event.origin)
        return names

    def examine(
        self, names: Names, keyed: KeysNamed, tree: Tree, findings: Findings
    ) -> None:
        """Hold every checkpoint that begins a name against the entries before it."""
        ended = {index + 1 for index, _ in self.rolls}
        for index, event in self.continuations:
            origin = names.at(index)
            try:
                if index not in ended:
                    raise DistrustError("no roll is the entry before it")
                last = open_checkpoint(event.checkpoint, origin, keyed(origin))
                _require_of(last, index, tree)
            except (InputError, DistrustError) as error:
                findings.fails(8, f"entry {index}", f"predecessor: {error}")
            else:
                findings.holds(
                    8,
                    f"entry {index} goes on as {event.origin} from the last checkpoint"
                    f" of {origin}, of the {index} entries before it",
                )


def _require_of(last: Checkpoint, size: int, tree: Tree) -> None:
    """Raise unless the checkpoint is of all entries so far."""
    if last.size != size:
        raise DistrustError(f"a checkpoint of {last.size} entries; want one of {size}")
    if tree.root_over(0, size) != last.root:
        raise DistrustError(
            f"a checkpoint with the root {last.root.hex()}, which the {size} entries"
            " before it do not give"
        )
