"""Which mutants of a module survive: `python -m tests.mutation.hunt kya.core.decide`.

Each mutant is tried in a process of its own, a fork of this one in which the changed
function has taken the place of the right one. First the cases of vectors/decide judge
it, which takes a moment, then the tests of the core. It prints how many there were, and
the names of those that nothing has killed.
"""

import ast
import importlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from inspect import unwrap
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Final

import pytest

from kya.codec.decisions import render_decision
from kya.core.case import Case
from kya.core.control import Control
from kya.core.decide import decide
from tests.codec.test_vectors import case_of, document
from tests.mutation.mutants import Mutant, controls_of, mutants

ROOT: Final = Path(__file__).resolve().parents[2]
SECONDS_MAX: Final = 600
"""How long one mutant may take; one that does not end is killed."""

EXAMPLES_MAX: Final = 20
"""Cases of a law for one mutant: its tests try more where nothing is changed."""

TESTS: Final = (
    "test_baseline_lock", "test_behaviour_gate", "test_case", "test_checks",
    "test_checks_action", "test_conduct", "test_decide", "test_halt", "test_overlay",
    "test_override", "test_place_limits", "test_scope_limits", "test_workload",
)  # fmt: skip
"""Of tests/core, the files that judge orders."""

Judged = list[tuple[Case, str, bytes]]


def main(name: str) -> None:
    """Print what came of the module's mutants, as JSON."""
    module = importlib.import_module(name)
    judged = list(_cases())
    if _ends(lambda: _vectors_differ(judged) or _tests_fail()):
        sys.exit(f"{name}: its own tests fail, so that they can judge no mutant")
    survivors, count = [], 0
    for mutant in mutants(Path(module.__file__ or "").read_text("utf-8")):
        count += 1
        if not _is_killed(module, mutant, judged):
            survivors.append(mutant.name)
    sys.stdout.write(json.dumps({"mutants": count, "survivors": survivors}) + "\n")


def _cases() -> Iterator[tuple[Case, str, bytes]]:
    """Yield every case of the vectors, its order's leaf and the decision's bytes."""
    for facts in document("decide", "decide")["cases"]:
        yield case_of(facts), facts["leaf"], facts["decision"].encode()


def _is_killed(module: ModuleType, mutant: Mutant, judged: Judged) -> bool:
    """Tell whether any case or test notices."""

    def notices() -> bool:
        put_in_place(module, mutant)
        return _vectors_differ(judged) or _tests_fail()

    return _ends(notices)


def put_in_place(module: ModuleType, mutant: Mutant) -> None:
    """Change what the mutant changes, wherever it was imported to.

    A function gets the mutant's code. A control is made again, also by a function that
    makes controls, and the one that all others hold is told what the new one says.
    """
    code = compile(mutant.tree, str(module.__file__), "exec")
    function = unwrap(getattr(module, mutant.function))
    if isinstance(function, FunctionType):
        (function.__code__,) = [
            each
            for each in code.co_consts
            if isinstance(each, CodeType) and each.co_name == mutant.function
        ]
    for name, maker in controls_of(mutant.tree).items():
        made = eval(ast.unparse(maker), vars(module))  # noqa: S307  our own source
        for field in fields(Control):
            known = getattr(module, name)
            object.__setattr__(known, field.name, getattr(made, field.name))


def _ends(notices: Callable[[], bool]) -> bool:
    """Tell in a process of its own whether something is noticed, or never ends."""
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS_MAX)
        # Whatever it prints is about a program that nobody will run.
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        try:
            noticed = notices()
        except BaseException:  # noqa: BLE001  a mutant may break anything
            noticed = True
        os._exit(noticed)
    return os.waitpid(child, 0)[1] != 0


def _vectors_differ(judged: Judged) -> bool:
    return any(
        render_decision(decide(case), leaf) != expected
        for case, leaf, expected in judged
    )


def _tests_fail() -> bool:
    files = [str(ROOT / "tests" / "core" / f"{name}.py") for name in TESTS]
    plain = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir")
    asked = [*plain, str(ROOT), *files]
    return pytest.main(asked, plugins=[_FewerExamples()]) != pytest.ExitCode.OK


class _FewerExamples:
    """A plugin that has laws tried on fewer cases than elsewhere."""

    def pytest_configure(self) -> None:
        """Take the place of the profile that tests/conftest.py has loaded."""
        # Not above, for pytest wants to be there before it.
        from hypothesis import settings  # noqa: PLC0415

        usual = settings.get_profile("same")
        settings.register_profile("hunt", usual, max_examples=EXAMPLES_MAX)
        settings.load_profile("hunt")


if __name__ == "__main__":
    main(sys.argv[1])
