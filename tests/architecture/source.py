"""The source as the architecture tests see it: modules, names and syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self, TypeAlias

ROOT = Path(__file__).resolve().parents[2]

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One Python file: its dotted name, its text and the tree of it."""

    name: str
    text: str
    tree: ast.Module
    is_package: bool = False

    @classmethod
    def parse(cls, name: str, text: str, *, is_package: bool = False) -> Self:
        return cls(name=name, text=text, tree=ast.parse(text), is_package=is_package)

    def is_within(self, *packages: str) -> bool:
        return any(f"{self.name}.".startswith(f"{package}.") for package in packages)


@cache
def source_modules() -> tuple[Module, ...]:
    """Every module of the product, in the order of the names of their files."""
    return tuple(_module(path) for path in sorted((ROOT / "src").rglob("*.py")))


def _module(path: Path) -> Module:
    parts = path.relative_to(ROOT / "src").with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module.parse(name, path.read_text("utf-8"), is_package=is_package)


def scopes(node: ast.AST, name: str) -> Iterator[tuple[str, ast.AST]]:
    """Every node below this one, with the dotted name of what it stands in."""
    for child in ast.iter_child_nodes(node):
        yield name, child
        if isinstance(child, Function | ast.ClassDef):
            yield from scopes(child, f"{name}.{child.name}")
        else:
            yield from scopes(child, name)


def references(module: Module) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything that the module names from outside."""
    known = dict(_imports(module.tree))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name | ast.Attribute):
            head, _, rest = _dotted(node).partition(".")
            if head in known:
                yield node.lineno, ".".join(filter(None, (known[head], rest)))


def imported_modules(module: Module) -> Iterator[tuple[int, str]]:
    """Line and name of every module that an import statement asks for."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return "?"
