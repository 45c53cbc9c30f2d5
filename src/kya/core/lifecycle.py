"""Which acts may change a credential's standing. What is not here cannot happen."""

from enum import Enum
from typing import Final

from kya.core.credential import Standing


class Act(Enum):
    """An act of the authority upon a credential."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"


NEXT: Final = {
    (Standing.ACTIVE, Act.SUSPEND): Standing.SUSPENDED,
    (Standing.ACTIVE, Act.REVOKE): Standing.REVOKED,
    (Standing.SUSPENDED, Act.REINSTATE): Standing.ACTIVE,
    (Standing.SUSPENDED, Act.REVOKE): Standing.REVOKED,
}
