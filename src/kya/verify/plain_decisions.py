"""A decision beside what the plain scan sees: outcome, reasons, worth and controls."""

from collections.abc import Iterator
from typing import Final

from kya.verify.plain_limits import armed_by
from kya.verify.plain_prices import Fields, PlainPrices
from kya.verify.plain_rules import UNSEEN, Seen

OVERLAY: Final = "overlay."
"""How controls and reasons of overlays begin, which are looked at elsewhere."""

Objection = tuple[int, str]
"""The question that an objection speaks to, and the sentence."""


def objections(prices: PlainPrices, seen: Seen, aside: set[str]) -> Iterator[Objection]:
    """Yield each way in which the decision differs from what the scan sees.

    `aside` are the reasons that people have set aside.
    """
    what = f"plain scan: order {prices.order['agent']} {prices.order['seq']}"
    for question, sentence in (
        *_of_reasons(prices.said, set(seen.reasons) - aside),
        *_of_worth(prices, seen),
        *_of_list(prices, seen),
        *_of_limits(prices.said, seen, aside),
    ):
        yield question, f"{what}{sentence}"


def passes_all_else(prices: PlainPrices, seen: Seen, aside: set[str]) -> bool:
    """Tell whether nothing but an overlay can stop the order, and one is asked."""
    given = {r for r in prices.said["reasons"] if not r.startswith(OVERLAY)}
    is_cancel = prices.order.get("action") == "cancel"
    return not (is_cancel or given or set(seen.reasons) - aside)


def _of_reasons(said: Fields, seen: set[str]) -> Iterator[Objection]:
    """Compare the reasons of a decision with those that the scan sees."""
    given, outcome = set(said["reasons"]), said["outcome"]
    if outcome == "allowed" and seen:
        yield 4, f" was allowed against {_listed(seen)}"
        if "incident.grace_over" in seen:
            yield 7, " was allowed after the end of a grace"
    elif given - UNSEEN != seen:
        yield 5, f": reasons {_listed(given)}; the scan sees {_listed(seen)}"
    identity = any(reason.startswith("credential.") for reason in given)
    want = "refused" if identity else "denied" if given else "allowed"
    if outcome != want:
        yield 5, f": {outcome}, but its reasons say {want}"


def _of_worth(prices: PlainPrices, seen: Seen) -> Iterator[Objection]:
    """Compare the worth; none stands where the amount is in the scope's currency."""
    unit, want = prices.scope["currency"], None
    if prices.order["currency"] != unit and seen.worth is not None:
        want = {"amount": seen.worth, "currency": unit}
    if prices.said.get("worth") != want:
        amount = "none" if want is None else f"{seen.worth} {unit}"
        yield 5, f": another worth than its prices give, which is {amount}"


def _of_list(prices: PlainPrices, seen: Seen) -> Iterator[Objection]:
    """Compare the controls with those that are armed, in their order."""
    ids = [control["id"] for control in prices.said["controls"]]
    want = [*armed_by(prices.order, (*prices.limits, *seen.limits))]
    if ids == want:
        return
    listed = [name for name in ids if not name.startswith(OVERLAY)]
    broken = {each["id"] for each in prices.said["controls"] if _is_broken(each)}
    if [name for name in listed if name in want or name not in broken] != want:
        strange = _listed(set(listed) - broken - set(want))
        missing = _listed(set(want) - set(listed))
        sentence = f"without cause: {strange}; missing: {missing}"
        yield 5, f": lists other controls than its scope arms ({sentence})"


def _of_limits(said: Fields, seen: Seen, aside: set[str]) -> Iterator[Objection]:
    """Compare what each control of a limit says; no other one may warn."""
    for control in said["controls"]:
        name = control["id"]
        result = seen.limits.get(name)
        if result is None:
            if control["outcome"] == "warned":
                yield 5, f": {name} only warns, and may not"
            continue
        want = "overridden" if result.reason in aside else result.outcome
        if not _is_broken(control) and (
            control["limit"],
            control["measured"],
            control["outcome"],
            control.get("reason", ""),
        ) != (result.limit, result.measured, want, result.reason):
            claimed = f"{control['outcome']} at {control['measured']}"
            found = f"{want} at {result.measured}"
            yield 5, f": {name} says {claimed}; the scan sees {found}"


def _is_broken(control: Fields) -> bool:
    """Tell whether the control says that it broke, which no plain scan can weigh."""
    return control.get("reason") == "control.faulted"


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
