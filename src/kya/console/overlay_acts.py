"""Acts that put a firm's own policy in force, which may only forbid, or withdraw it."""

from difflib import unified_diff
from typing import Final

from kya.codec.enums import by_value
from kya.codec.overlays import policy_of, render_overlay
from kya.console.kinds import Drafted, Wanted
from kya.console.limiting_acts import rule_of
from kya.core.instant import Instant
from kya.core.overlay import Engine, Overlay, OverlayOrdered, Policy
from kya.core.overlay_admission import in_force
from kya.core.state import State

_ENGINE: Final = by_value("engine", Engine)
_HEADINGS: Final = 2
_CONTEXT_LINES: Final = 3
_UNENDED: Final = "(no line feed at its end)"


def of_overlay(
    wanted: Wanted, state: State, now: Instant
) -> tuple[Drafted, OverlayOrdered]:
    """Return that a policy is asked of every order from now on."""
    policy = _written(wanted)
    what = (
        f"The overlay {wanted.subject} is asked of every order that limits let pass.",
        "What it forbids, or does not answer, is denied.",
    )
    return _drafted(wanted, state, now, policy, what)


def of_withdrawal(
    wanted: Wanted, state: State, now: Instant
) -> tuple[Drafted, OverlayOrdered]:
    """Return that a policy of the firm's own is asked no more."""
    what = (f"The overlay {wanted.subject} is asked of no order any more.",)
    return _drafted(wanted, state, now, None, what)


def _written(wanted: Wanted) -> Policy:
    """Return the policy of the form; MalformedError if it can be none."""
    more = wanted.more
    # Browsers end the lines of a form with CR and LF; the file's digest is without CR.
    text = more.get("policy", "").replace("\r\n", "\n")
    engine = _ENGINE(more.get("engine", ""))
    return policy_of(engine, more.get("version", "").strip(), text)


def _drafted(
    wanted: Wanted,
    state: State,
    now: Instant,
    policy: Policy | None,
    what: tuple[str, ...],
) -> tuple[Drafted, OverlayOrdered]:
    """Return the line beside what is in force under its name."""
    overlay = Overlay(name=wanted.subject, policy=policy, reason=wanted.reason, at=now)
    former = in_force(state, overlay.name)
    held = None if former is None else former.overlay.policy
    event = OverlayOrdered(signed_by=(), overlay=overlay)
    rule, require_enough = rule_of(event, state)
    named = (("policy", policy), ("in place of" if policy else "withdrawn", held))
    drafted = Drafted(
        kind=wanted.kind,
        text=render_overlay(overlay),
        words=(*what, f"Because: {overlay.reason}"),
        facts=tuple((name, _words_of(each)) for name, each in named if each),
        cautions=() if policy is None else (_untried(policy),),
        changes=_changes(held, policy),
        rule=rule,
        require_enough=require_enough,
    )
    return drafted, event


def _untried(policy: Policy) -> str:
    """Return what nobody knows before the gateway has asked the policy."""
    known_by = f"{policy.engine.value} {policy.version}"
    return (
        f"Nobody has tried here whether {known_by} takes this text. Where it does not,"
        " or the gateway has another release, every order is denied."
    )


def _words_of(policy: Policy) -> str:
    """Return by what a policy is known."""
    return f"{policy.engine.value} {policy.version}, SHA-256 {policy.digest}"


def _changes(former: Policy | None, policy: Policy | None) -> tuple[str, ...]:
    """Return the lines that are new, gone and around these."""
    before, after = (_lines_of(each) for each in (former, policy))
    lines = unified_diff(before, after, lineterm="", n=_CONTEXT_LINES)
    return tuple(lines)[_HEADINGS:]


def _lines_of(policy: Policy | None) -> list[str]:
    """Return the lines of a text, and that the last one does not end, if so."""
    if policy is None:
        return []
    ends = policy.text.endswith("\n")
    return [*policy.text.splitlines(), *(() if ends else (_UNENDED,))]
