"""Who may set a limit aside for one order: one authorises, another one verifies."""

from typing import Final

from kya.core.credential import Credential, Role
from kya.core.errors import DistrustError

AUTHORISING: Final = (Role.COMPLIANCE, Role.DIRECTOR, Role.OPERATOR)
"""Who may authorise an override, which risk management then verifies."""


def require_overriding(signers: tuple[Credential, ...]) -> None:
    """Raise unless somebody authorises and somebody else of risk management verifies.

    RTS 6 Art. 15(6). Different in name and in key, as wherever two are asked for.
    """
    if not any(
        verifies.name != authorises.name and verifies.spki != authorises.spki
        for verifies in signers
        for authorises in signers
        if verifies.role is Role.RISK and authorises.role in AUTHORISING
    ):
        names = ", ".join(f"{signer.role.value} {signer.name}" for signer in signers)
        others = ", ".join(role.value for role in AUTHORISING)
        msg = f"override: want risk and another person of {others}; signed by {names}"
        raise DistrustError(msg)
