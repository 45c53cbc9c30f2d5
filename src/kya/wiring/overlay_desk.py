"""The desk where people put a policy in force that may only forbid, or withdraw it."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from kya.adapters.policy_engines import PolicyEngines
from kya.adapters.policy_worker import READY
from kya.authority import acts
from kya.codec.overlays import policy_of
from kya.core.errors import InputError
from kya.core.overlay import Engine, Overlay, Policy
from kya.wiring.desk import Desk
from kya.wiring.people import People, signers_of

_PACKAGES: Final = {Engine.CEDAR: "cedarpy", Engine.REGO: "regopy"}
"""What evaluates each language; its release is the one that an overlay names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedOverlay:
    """Under which name people want a policy, or none any more, and why."""

    name: str
    policy: Policy | None
    reason: str


def lay_over(desk: Desk, wanted: WantedOverlay, people: People) -> int:
    """Return the entry from which on the policy is asked, or is not any more."""
    signers = signers_of(desk, people)
    overlay = Overlay(
        name=wanted.name,
        policy=wanted.policy,
        reason=wanted.reason,
        at=desk.clock(),
    )
    return desk.remote.append(acts.lay_over(overlay, *signers))


def read_policy(engine: Engine, path: Path) -> Policy:
    """Return the policy in the file; InputError unless its engine here takes it."""
    try:
        text = path.read_bytes().decode("ascii")
    except (OSError, UnicodeError) as error:
        raise InputError(f"{path}: want a policy in ASCII ({error})") from error
    policy = policy_of(engine, _release(engine), text)
    engines = PolicyEngines()
    try:
        became = engines.became(policy)
    finally:
        engines.close()
    if became != READY:
        what = f"{engine.value} {policy.version}"
        raise InputError(f"{path}: want a policy that {what} takes ({became})")
    return policy


def _release(engine: Engine) -> str:
    """Return the release that is installed; InputError if none is."""
    try:
        return version(_PACKAGES[engine])
    except PackageNotFoundError as error:
        extra = engine.value
        raise InputError(f"{extra}: want it installed, with kya[{extra}]") from error
