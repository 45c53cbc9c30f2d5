"""The rules that no other tool holds, each a function from a module to findings."""

import ast
import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from tests.architecture.source import (
    Function,
    Module,
    imported_modules,
    references,
    scopes,
)

Rule: TypeAlias = Callable[[Module], Iterator[str]]

FUNCTION_LINES_MAX: Final = 40
MODULE_LINES_MAX: Final = 300
PARAMETERS_MAX: Final = 5

# Words that say nothing, and words for what we do not do.
BANNED_WORDS: Final = frozenset({
    "blockchain", "common", "data", "handler", "handlers", "helper", "helpers", "info",
    "ledger", "ledgers", "manager", "managers", "misc", "trade", "trades", "util",
    "utilities", "utility", "utils",
})  # fmt: skip

# The standards' own words come first: X.509 calls it so.
STANDARD_TERMS: Final = re.compile(r"common_name|CommonName")

# Pure parts of the standard library. What is missing here is missing on purpose: add
# a line only for a module that computes and never acts.
CORE_MAY_IMPORT: Final = frozenset({
    "__future__", "abc", "bisect", "collections", "collections.abc", "dataclasses",
    "datetime", "enum", "functools", "hashlib", "heapq", "itertools", "math",
    "operator", "re", "string", "types", "typing",
})  # fmt: skip

# What of `math` stays within the integers.
INTEGER_MATH: Final = frozenset(
    f"math.{name}" for name in ("comb", "factorial", "gcd", "isqrt", "lcm", "prod")
)

CLOCK_AND_CHANCE: Final = frozenset({
    "cryptography.x509.random_serial_number",
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "os.getrandom",
    "os.urandom",
    "time.gmtime",
    "time.localtime",
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "time.perf_counter_ns",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid.uuid7",
})  # fmt: skip
MAY_ASK_THE_WORLD: Final = ("kya.adapters", "kya.cli", "kya.demo")

# Where a fault of any kind must become an answer, and why.
MAY_CATCH_ALL: Final = {
    "kya.core.decide": "a control that faults is a violation: deciding is total",
    "kya.gateway.quotes": "a source that faults has no price: the order is denied",
    "kya.adapters.policy_worker": "a policy that breaks says nothing: it is denied",
    "kya.cli.app": "the process ends here: a fault becomes exit code 70",
    "kya.api.problems": "the request ends here: a fault becomes a problem document",
    "kya.kakunin_api.asking": "the request ends here: a fault becomes its envelope",
}


def core_is_exact(module: Module) -> Iterator[str]:
    """No float in the core: no literal, no name, no true division, no float maths."""
    if not module.is_within("kya.core"):
        return
    for node in ast.walk(module.tree):
        match node:
            case ast.Constant(value=float() | complex()):
                yield f"line {node.lineno}: a float literal"
            case ast.Name(id="float" | "complex"):
                yield f"line {node.lineno}: the type float"
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                yield f"line {node.lineno}: true division"
            case _:
                pass
    for line, name in references(module):
        if name.startswith("math.") and name not in INTEGER_MATH:
            yield f"line {line}: {name} leaves the integers"


def core_imports_are_pure(module: Module) -> Iterator[str]:
    """The core imports itself and the pure part of the standard library."""
    if not module.is_within("kya.core"):
        return
    for line, name in imported_modules(module):
        if name not in CORE_MAY_IMPORT and not f"{name}.".startswith("kya.core."):
            yield f"line {line}: the core may not import {name}"


def functions_are_short(module: Module) -> Iterator[str]:
    """A body, its docstring apart, fits on a screen."""
    for node in _functions(module):
        body = _without_docstring(node.body)
        if body and (lines := _last(body) - body[0].lineno + 1) > FUNCTION_LINES_MAX:
            yield f"line {node.lineno}: {node.name} has {lines} lines"


def modules_are_short(module: Module) -> Iterator[str]:
    """One idea a file."""
    if (lines := len(module.text.splitlines())) > MODULE_LINES_MAX:
        yield f"{lines} lines"


def parameters_are_few(module: Module) -> Iterator[str]:
    """Past five, a value is missing. A command has one parameter per option."""
    if module.is_within("kya.cli"):
        return
    for node in _functions(module):
        names = [a.arg for a in _arguments(node) if a.arg not in {"self", "cls"}]
        if (count := len(names)) > PARAMETERS_MAX:
            yield f"line {node.lineno}: {node.name} has {count} parameters"


def names_say_something(module: Module) -> Iterator[str]:
    """No module, class or function is named with a banned word."""
    if banned := words(module.name) & BANNED_WORDS:
        yield f"module {module.name}: {', '.join(sorted(banned))}"
    for node in ast.walk(module.tree):
        if isinstance(node, Function | ast.ClassDef) and (
            banned := words(node.name) & BANNED_WORDS
        ):
            yield f"line {node.lineno}: {node.name}: {', '.join(sorted(banned))}"


def packages_hold_a_docstring(module: Module) -> Iterator[str]:
    """`__init__` has no code; the first one also says the version."""
    if not module.is_package:
        return
    for node in _without_docstring(module.tree.body):
        is_version = (
            module.name == "kya"
            and isinstance(node, ast.Assign)
            and ast.unparse(node).startswith("__version__ = '")
        )
        if not is_version:
            yield f"line {node.lineno}: code in __init__"


def modules_are_documented(module: Module) -> Iterator[str]:
    """A file says in its first line what it is for."""
    if not ast.get_docstring(module.tree):
        yield "no docstring"


def clock_and_chance_are_arguments(module: Module) -> Iterator[str]:
    """Only the edges ask the world for the time or for randomness."""
    if module.is_within(*MAY_ASK_THE_WORLD):
        return
    for line, name in references(module):
        root = name.partition(".")[0]
        if name in CLOCK_AND_CHANCE or (root in {"random", "secrets"} and "." in name):
            yield f"line {line}: {name}"
    for line, name in imported_modules(module):
        if name in {"random", "secrets"}:
            yield f"line {line}: import of {name}"


def faults_fly(module: Module) -> Iterator[str]:
    """Nobody catches everything, but for the boundaries."""
    if module.name not in MAY_CATCH_ALL:
        yield from catches_of_all(module)


def catches_of_all(module: Module) -> Iterator[str]:
    """Every place that catches whatever comes."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = "" if node.type is None else ast.unparse(node.type)
            if not caught or re.search(r"\b(Base)?Exception\b", caught):
                yield f"line {node.lineno}: except {caught}".rstrip()


RULES: Final[tuple[Rule, ...]] = (
    core_is_exact,
    core_imports_are_pure,
    functions_are_short,
    modules_are_short,
    parameters_are_few,
    names_say_something,
    packages_hold_a_docstring,
    modules_are_documented,
    clock_and_chance_are_arguments,
    faults_fly,
)


def words(name: str) -> set[str]:
    """The words that we chose for a name, in lower case, however it is spelt."""
    ours = STANDARD_TERMS.sub("_", name)
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", ours)
    return {word.lower() for word in found}


def _functions(module: Module) -> Iterator[Function]:
    for _, node in scopes(module.tree, module.name):
        if isinstance(node, Function):
            yield node


def _arguments(node: Function) -> list[ast.arg]:
    given = node.args
    starred = [star for star in (given.vararg, given.kwarg) if star]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *starred]


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return rest
        case _:
            return body


def _last(body: list[ast.stmt]) -> int:
    return body[-1].end_lineno or body[-1].lineno
