"""A second mint, an undeclared one and a forgotten mark are all found."""

import pytest

from tests.architecture.source import Module
from tests.architecture.tokens import mints, tokens, unmarked

HOME = '''
class Permit:
    """Allowed and durable. Minted only in ``gateway.permit.permit``."""

def permit(x):
    return Permit(x)
'''


def _modules(other: str) -> list[Module]:
    return [
        Module.parse("kya.gateway.permit", HOME),
        Module.parse("kya.gateway.pipeline", other),
    ]


def test_one_mint_is_right() -> None:
    modules = _modules("def f(p: Permit) -> bool: return isinstance(p, Permit)")
    [token] = tokens(modules)
    assert token.home == "kya.gateway.permit.Permit"
    assert mints(token, modules) == {token.mint} == {"kya.gateway.permit.permit"}


@pytest.mark.parametrize(
    "forgery",
    [
        "def f(): return Permit(1)",
        "def f(): return permit.Permit(1)",
        "def f(): return object.__new__(Permit)",
        "def f(): return Permit.__new__(Permit)",
        "def f():\n    def g(): return [Permit(1)]",
        "class A:\n    def f(self): return Permit(1)",
        "P = Permit(1)",
    ],
)
def test_a_second_mint_is_found(forgery: str) -> None:
    modules = _modules(forgery)
    [token] = tokens(modules)
    assert len(mints(token, modules)) == 2


@pytest.mark.parametrize("call", ["cls(1)", "type(self)(1)", "replace(self, x=1)"])
def test_a_mint_inside_the_class_is_found(call: str) -> None:
    text = HOME.replace(
        "def permit", f"    def copy(self): return {call}\n\ndef permit"
    )
    modules = [Module.parse("kya.gateway.permit", text)]
    [token] = tokens(modules)
    assert "kya.gateway.permit.Permit.copy" in mints(token, modules)


def test_a_known_token_without_its_mark_is_found() -> None:
    text = 'class LintedCertificate:\n    """Linted."""'
    module = Module.parse("kya.pki.lint", text)
    assert unmarked([module]) == ["kya.pki.lint.LintedCertificate"]
    assert tokens([module]) == []
