"""Every rule finds what it is there to find, and leaves the rest alone."""

import pytest

from tests.architecture import rules
from tests.architecture.rules import Rule
from tests.architecture.source import Module

LONG_BODY = "\n".join(f"    x{i} = {i}" for i in range(41))

BROKEN = [
    (rules.core_is_exact, "kya.core.money", "x = 0.5"),
    (rules.core_is_exact, "kya.core.money", "x = 1 / 2"),
    (rules.core_is_exact, "kya.core.money", "x /= 2"),
    (rules.core_is_exact, "kya.core.money", "x: float"),
    (rules.core_is_exact, "kya.core.money", "x = float(y)"),
    (rules.core_is_exact, "kya.core.money", "x = 2j"),
    (rules.core_is_exact, "kya.core.money", "from math import sqrt\nx = sqrt(2)"),
    (rules.core_imports_are_pure, "kya.core.money", "import os"),
    (rules.core_imports_are_pure, "kya.core.money", "from io import BytesIO"),
    (rules.core_imports_are_pure, "kya.core.money", "import msgspec"),
    (rules.core_imports_are_pure, "kya.core.money", "from kya.codec import note"),
    (rules.core_imports_are_pure, "kya.core.money", "from . import errors"),
    (rules.functions_are_short, "kya.pki.lint", f"def f():\n{LONG_BODY}"),
    (rules.functions_are_short, "kya.pki.lint", f"async def f():\n{LONG_BODY}"),
    (rules.modules_are_short, "kya.pki.lint", "x = 1\n" * 301),
    (rules.parameters_are_few, "kya.pki.lint", "def f(a, b, c, d, e, f): ..."),
    (rules.parameters_are_few, "kya.pki.lint", "def f(a, b, *, c, d, e, f): ..."),
    (rules.parameters_are_few, "kya.pki.lint", "def f(a, /, b, c, d, *e, **f): ..."),
    (rules.names_say_something, "kya.pki.utils", ""),
    (rules.names_say_something, "kya.pki.lint", "class KeyManager: ..."),
    (rules.names_say_something, "kya.pki.lint", "def order_data(): ..."),
    (rules.names_say_something, "kya.pki.lint", "class X:\n def _info(self): ..."),
    (rules.names_say_something, "kya.pki.lint", "class HTTPHandler: ..."),
    (rules.modules_are_documented, "kya.pki.lint", "x = 1"),
    (rules.clock_and_chance_are_arguments, "kya.pki", "import time\ntime.time()"),
    (rules.clock_and_chance_are_arguments, "kya.pki", "import os\nf(os.urandom)"),
    (rules.clock_and_chance_are_arguments, "kya.pki", "from random import Random"),
    (rules.clock_and_chance_are_arguments, "kya.pki", "import secrets as s"),
    (
        rules.clock_and_chance_are_arguments,
        "kya.gateway.pipeline",
        "from datetime import datetime as d, UTC\nnow = d.now(UTC)",
    ),
    (
        rules.clock_and_chance_are_arguments,
        "kya.gateway.pipeline",
        "import datetime\nnow = datetime.datetime.now(datetime.UTC)",
    ),
    (rules.faults_fly, "kya.pki", "try: f()\nexcept Exception: pass"),
    (rules.faults_fly, "kya.pki", "try: f()\nexcept (OSError, Exception) as e: pass"),
    (rules.faults_fly, "kya.pki", "try: f()\nexcept BaseException: raise"),
    (rules.faults_fly, "kya.pki", "try: f()\nexcept: pass"),
]

SOUND = [
    (rules.core_is_exact, "kya.core.money", "x = 7 // 2"),
    (rules.core_is_exact, "kya.core.money", "from math import isqrt\nx = isqrt(2)"),
    (rules.core_is_exact, "kya.verify.report", "x = 1 / 2"),
    (rules.core_imports_are_pure, "kya.core.money", "from kya.core.errors import X"),
    (rules.core_imports_are_pure, "kya.codec.note", "import os"),
    (
        rules.functions_are_short,
        "kya.pki.lint",
        'def f():\n    """' + "\n" * 50 + '"""',
    ),
    (rules.modules_are_short, "kya.pki.lint", "x = 1\n" * 300),
    (rules.parameters_are_few, "kya.pki.lint", "def f(self, a, b, c, d, e): ..."),
    (rules.parameters_are_few, "kya.cli.demo", "def f(a, b, c, d, e, f): ..."),
    (rules.names_say_something, "kya.pki.lint", "class MetadataInformer: ..."),
    (rules.modules_are_documented, "kya.pki.lint", '"""Why this is here."""'),
    (rules.clock_and_chance_are_arguments, "kya.adapters.clock", "import secrets"),
    (rules.clock_and_chance_are_arguments, "kya.pki", "import time\ntime.sleep(1)"),
    (rules.clock_and_chance_are_arguments, "kya.pki", "def f(now): return now()"),
    (rules.faults_fly, "kya.pki", "try: f()\nexcept OSError: pass"),
    (rules.faults_fly, "kya.pki", "try: f()\nexcept MyException: pass"),
    (rules.faults_fly, "kya.cli.app", "try: f()\nexcept Exception: pass"),
]


@pytest.mark.parametrize(("rule", "name", "text"), BROKEN)
def test_the_rule_finds_what_breaks_it(rule: Rule, name: str, text: str) -> None:
    assert list(rule(Module.parse(name, text))) != []


@pytest.mark.parametrize(("rule", "name", "text"), SOUND)
def test_the_rule_leaves_sound_code_alone(rule: Rule, name: str, text: str) -> None:
    assert list(rule(Module.parse(name, text))) == []


def test_every_rule_has_a_case_that_breaks_it() -> None:
    tried = {rule for rule, _, _ in BROKEN} | {rules.packages_hold_a_docstring}
    assert tried == set(rules.RULES)


def test_code_in_a_package_is_found() -> None:
    package = Module.parse("kya.pki", '"""Doc."""\nimport os', is_package=True)
    assert list(rules.packages_hold_a_docstring(package)) != []


@pytest.mark.parametrize(
    ("name", "is_allowed"), [("kya", True), ("kya.core", False), ("kya.pki", False)]
)
def test_only_the_first_package_says_the_version(
    name: str, *, is_allowed: bool
) -> None:
    text = '"""Doc."""\n\n__version__ = "1.0"\n'
    package = Module.parse(name, text, is_package=True)
    assert (list(rules.packages_hold_a_docstring(package)) == []) is is_allowed


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("order_data", {"order", "data"}),
        ("KeyManager", {"key", "manager"}),
        ("HTTPInfo", {"http", "info"}),
        ("_x509_util2", {"x", "util"}),
        ("metadata", {"metadata"}),
        ("common_name_is_set", {"is", "set"}),
        ("common_key", {"common", "key"}),
    ],
)
def test_a_name_falls_into_its_words(name: str, words: set[str]) -> None:
    assert rules.words(name) == words
