"""The tool itself: it changes what it says, and finds what nobody tests."""

import ast
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from kya.core import checks_scope
from kya.core.control import ControlOutcome, Reason
from tests.mutation.hunt import put_in_place
from tests.mutation.mutants import Mutant, mutants

SOURCE = '''
def within(measured: int, most: int = 3) -> bool:
    """Tell whether it is within."""
    if measured is None:
        return False
    return measured + 1 <= most


def said(ok: bool):
    return _PASSED if ok else Reason.SELF_TRADE
'''


CHOICE = "_PASSED if ok else Reason.SELF_TRADE"


def found() -> dict[str, Mutant]:
    return {mutant.name: mutant for mutant in mutants(SOURCE)}


def test_each_function_is_changed_in_every_place_that_judges() -> None:
    assert set(found()) == {
        "within: measured is None -> measured is not None",
        "within: return False -> return None",
        "within: False -> True",
        "within: return measured + 1 <= most -> return None",
        "within: measured + 1 <= most -> measured + 1 < most",
        "within: measured + 1 <= most -> measured + 1 > most",
        "within: measured + 1 -> measured - 1",
        "within: 1 -> 2",
        "said: return _PASSED if ok else Reason.SELF_TRADE -> return None",
        f"said: {CHOICE} -> Reason.SELF_TRADE if ok else _PASSED",
        "said: _PASSED -> _FAILED",
        "said: Reason.SELF_TRADE -> Reason.SEQUENCE_GAP",
    }


def test_one_place_is_changed_and_no_other() -> None:
    right = ast.unparse(ast.parse(SOURCE))
    for mutant in found().values():
        was, _, became = mutant.change.partition(" -> ")
        assert ast.unparse(mutant.tree) != right, (was, became)
    assert ast.unparse(ast.parse(SOURCE)) == right


def test_the_same_change_in_two_places_has_two_names() -> None:
    names = [mutant.name for mutant in mutants("def f():\n    g(1)\n    return g(1)\n")]
    assert "f: 1 -> 2" in names
    assert "f: 1 -> 2 #2" in names


MAKER = """
AGE: Final = limit("price.age", "an article", 1)
SPREAD: Final = Control(id="price.spread", overridable=True, source="an article")
SOME: Final = tuple(AGE)

def limit(id_: str, source: str, version: int) -> Control:
    return Control(id=id_, version=version)
"""


def test_controls_are_changed_where_they_are_made_but_for_what_they_cite() -> None:
    assert {each.name for each in mutants(MAKER)} == {
        "AGE: 'price.age' -> 'price.age?'",
        "AGE: 1 -> 2",
        "SPREAD: 'price.spread' -> 'price.spread?'",
        "SPREAD: True -> False",
        "limit: return Control(id=id_, version=version) -> return None",
    }


def test_a_changed_control_is_changed_for_all_who_hold_it() -> None:
    held = checks_scope.MARKET_ALLOWED
    source = Path(checks_scope.__file__).read_text("utf-8")
    found = {mutant.name: mutant for mutant in mutants(source)}
    changed = found["MARKET_ALLOWED: 'market.allowed' -> 'market.allowed?'"]
    right = replace(held)
    try:
        put_in_place(checks_scope, changed)
        assert held.id == "market.allowed?"
    finally:
        object.__setattr__(held, "id", right.id)


def test_a_mutant_takes_the_place_wherever_the_function_was_imported_to() -> None:
    module = ModuleType("module")
    module.__file__ = "module.py"
    names = {"_PASSED": ControlOutcome.PASSED, "_FAILED": ControlOutcome.FAILED}
    vars(module).update(names, Reason=Reason)
    exec(SOURCE, vars(module))  # noqa: S102  our own source, a few lines above
    imported = module.within
    assert imported(2)
    put_in_place(module, found()["within: measured + 1 <= most -> measured + 1 < most"])
    assert (imported(1), imported(2)) == (True, False)
