"""When a gateway looks for garbage: seldom, and never among what it began with.

Nothing on an order's road refers to itself in a circle, so that what an order leaves is
freed at once. The collector only finds what faults leave behind; at the interpreter's
own settings it takes a sixth of an order's time to look through the state for that.
"""

import gc
from typing import Final

YOUNG_MAX: Final = 20_000
"""Objects that are new since the last look: those of some hundred orders."""


def look_seldom() -> None:
    """Leave alone what is there by now, and look at what comes after it now and then.

    To be called once the log is replayed, for that is what makes the state large.
    """
    gc.collect()
    gc.freeze()
    _, *older = gc.get_threshold()
    gc.set_threshold(YOUNG_MAX, *older)
