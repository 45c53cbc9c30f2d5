"""Small changes to a function or control, each of which ought to make some test fail.

The classic operators: a comparison moved by one or turned round, `and` for `or`, plus
for minus, a constant changed, a condition or a result left out; and two of our own, a
passed control for a failed one, and a wrong reason.
"""

import ast
import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_OUTCOMES: Final = {
    "_PASSED": "_FAILED",
    "_FAILED": "_PASSED",
    "_WARNED": "_PASSED",
    "_OVERRIDDEN": "_FAILED",
    "_CANNOT_EVALUATE": "_PASSED",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change: where, what it was and what it is, and the module that has it."""

    function: str
    change: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """What the list of survivors calls it; no line, for lines move."""
        return f"{self.function}: {self.change}"


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of the functions of a module, and of the controls it makes."""
    tree = ast.parse(source)
    cited = list(_citations(tree))
    seen: Counter[str] = Counter()
    for index, top in enumerate(tree.body):
        name = name_of(top)
        if isinstance(top, ast.FunctionDef) or name in controls_of(tree):
            for changed, said in _changed(top, cited):
                seen[f"{name}{said}"] += 1
                again = seen[f"{name}{said}"]
                whole = copy.copy(tree)
                whole.body = [*tree.body]
                whole.body[index] = changed
                yield Mutant(
                    function=name,
                    change=said if again == 1 else f"{said} #{again}",
                    tree=ast.fix_missing_locations(whole),
                )


def controls_of(tree: ast.Module) -> dict[str, ast.expr]:
    """Return what makes each control of the module, by its name."""
    makers = {"Control"} | {
        top.name
        for top in tree.body
        if isinstance(top, ast.FunctionDef)
        and top.returns is not None
        and ast.unparse(top.returns) == "Control"
    }
    return {
        name_of(top): top.value
        for top in tree.body
        if isinstance(top, ast.AnnAssign)
        and isinstance(top.value, ast.Call)
        and ast.unparse(top.value.func) in makers
    }


def name_of(top: ast.stmt) -> str:
    """Return the name that the statement gives, if it gives one."""
    if isinstance(top, ast.FunctionDef):
        return top.name
    return ast.unparse(top.target) if isinstance(top, ast.AnnAssign) else ""


def _citations(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield what is given as the `source` of a control: it judges nothing."""
    places = {
        top.name: [each.arg for each in top.args.args].index("source")
        for top in tree.body
        if isinstance(top, ast.FunctionDef)
        and any(each.arg == "source" for each in top.args.args)
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        place = places.get(ast.unparse(call.func), len(call.args))
        yield from call.args[place : place + 1]
        yield from (each.value for each in call.keywords if each.arg == "source")


def _changed(
    top: ast.stmt, cited: Sequence[ast.expr]
) -> Iterator[tuple[ast.stmt, str]]:
    """Yield copies of the statement with one node replaced, and in words which."""
    for index, node in enumerate(_judging(top)):
        if any(node is each for each in cited):
            continue
        for other in _others(node):
            twin = copy.deepcopy(top)
            target = list(_judging(twin))[index]
            _Swap(target, other).visit(twin)
            said = f"{ast.unparse(node)} -> {ast.unparse(other)}"
            yield twin, said.replace("\n", " ")


class _Swap(ast.NodeTransformer):
    """Puts one node in the place of another, which is found by identity."""

    def __init__(self, target: ast.AST, other: ast.AST) -> None:
        self._target, self._other = target, other

    def visit(self, node: ast.AST) -> ast.AST:
        return self._other if node is self._target else super().generic_visit(node)


def _judging(top: ast.stmt) -> Iterator[ast.AST]:
    """Yield the nodes that judge: no docstring, no annotation."""
    waiting: list[ast.AST] = [top]
    if isinstance(top, ast.FunctionDef):
        is_documented = ast.get_docstring(top) is not None
        waiting = [*reversed(top.body[is_documented:])]
    while waiting:
        node = waiting.pop()
        yield node
        below = [
            child
            for name, value in ast.iter_fields(node)
            if name not in {"annotation", "returns"}
            for child in (value if isinstance(value, list) else [value])
            if isinstance(child, ast.AST)
        ]
        waiting.extend(reversed(below))


def _others(node: ast.AST) -> Iterator[ast.AST]:  # noqa: C901, PLR0912  one for each kind
    """Yield what may stand in the node's place."""
    match node:
        case ast.Compare(left=left, ops=[how], comparators=right):
            for other in _COMPARISONS.get(type(how), ()):
                yield ast.Compare(left=left, ops=[other()], comparators=right)
        case ast.BoolOp(op=ast.And(), values=values):
            yield ast.BoolOp(op=ast.Or(), values=values)
        case ast.BoolOp(op=ast.Or(), values=values):
            yield ast.BoolOp(op=ast.And(), values=values)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=how, right=right) if type(how) in _OPERATORS:
            yield ast.BinOp(left=left, op=_OPERATORS[type(how)](), right=right)
        case ast.AugAssign(target=target, op=ast.Add(), value=value):
            yield ast.AugAssign(target=target, op=ast.Sub(), value=value)
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str() as value):
            yield ast.Constant(value + "?")
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test=test, body=orelse, orelse=body)
        case ast.If(test=(ast.Name() | ast.Attribute() | ast.Call()) as test):
            negated = ast.UnaryOp(op=ast.Not(), operand=test)
            yield ast.If(test=negated, body=node.body, orelse=node.orelse)
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield ast.Return(value=ast.Constant(None))
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
        case ast.Name(id=name, ctx=ast.Load()) if name in _OUTCOMES:
            yield ast.Name(id=_OUTCOMES[name], ctx=ast.Load())
        case ast.Attribute(value=ast.Name(id="Reason"), attr=attr):
            wrong = "SEQUENCE_GAP" if attr != "SEQUENCE_GAP" else "CLOCK_SKEW"
            yield ast.Attribute(
                value=ast.Name(id="Reason", ctx=ast.Load()), attr=wrong, ctx=ast.Load()
            )
        case _:
            return


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
