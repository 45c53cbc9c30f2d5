"""Proof by type: a token is made in one place, which its own docstring names.

A class is a token when its docstring says "Minted only in ``package.module.function``",
the name counted from `kya`, with the class where the mint is a method of one.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from tests.architecture.source import Module, scopes

MARK: Final = re.compile(r"Minted only in\s+`+(?:kya\.)?([\w.]+)`+")

# Tokens whose mark may not be forgotten.
KNOWN: Final = frozenset({"LintedCertificate", "Permit", "VerifiedCertificate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A type that proves something, and the one function that may make it."""

    name: str
    home: str
    mint: str


def tokens(modules: Iterable[Module]) -> list[Token]:
    """Every marked class of the source."""
    return [
        Token(name=node.name, home=f"{scope}.{node.name}", mint=f"kya.{mark[1]}")
        for scope, node in _classes(modules)
        if (mark := MARK.search(ast.get_docstring(node) or ""))
    ]


def unmarked(modules: Iterable[Module]) -> list[str]:
    """Known tokens whose docstring does not say where they are made."""
    return [
        f"{scope}.{node.name}"
        for scope, node in _classes(modules)
        if node.name in KNOWN and not MARK.search(ast.get_docstring(node) or "")
    ]


def mints(token: Token, modules: Iterable[Module]) -> set[str]:
    """The functions that make a value of this type, by whatever road."""
    return {
        scope
        for module in modules
        if token.name in module.text
        for scope, node in scopes(module.tree, module.name)
        if isinstance(node, ast.Call) and _makes(token, scope, node)
    }


def _makes(token: Token, scope: str, call: ast.Call) -> bool:
    callee = ast.unparse(call.func)
    if callee.rpartition(".")[2] == token.name or f"{token.name}.__new__" in callee:
        return True
    named = [ast.unparse(argument) for argument in call.args[:1]]
    if callee.endswith("__new__") and any(
        name.rpartition(".")[2] == token.name for name in named
    ):
        return True
    is_inside = scope.startswith(f"{token.home}.")
    return is_inside and callee in {"cls", "type(self)", "replace", "Self"}


def _classes(modules: Iterable[Module]) -> Iterator[tuple[str, ast.ClassDef]]:
    for module in modules:
        for scope, node in scopes(module.tree, module.name):
            if isinstance(node, ast.ClassDef):
                yield scope, node
