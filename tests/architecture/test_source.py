"""Every module of the product keeps every rule."""

import pytest

from tests.architecture.rules import MAY_CATCH_ALL, RULES, Rule, catches_of_all
from tests.architecture.source import source_modules
from tests.architecture.tokens import mints, tokens, unmarked

MODULES = source_modules()


def test_the_source_is_found() -> None:
    assert {"kya", "kya.core", "kya.core.errors"} <= {m.name for m in MODULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_module_keeps_the_rule(rule: Rule) -> None:
    assert [f"{m.name}: {found}" for m in MODULES for found in rule(m)] == []


def test_every_token_is_made_only_where_it_says() -> None:
    made = {token.name: mints(token, MODULES) for token in tokens(MODULES)}
    assert made == {token.name: {token.mint} for token in tokens(MODULES)}


def test_no_two_tokens_share_a_name() -> None:
    names = [token.name for token in tokens(MODULES)]
    assert sorted(set(names)) == sorted(names)


def test_no_known_token_forgets_where_it_is_made() -> None:
    assert unmarked(MODULES) == []


def test_every_boundary_that_may_catch_all_does() -> None:
    boundaries = {module.name for module in MODULES if list(catches_of_all(module))}
    assert set(MAY_CATCH_ALL) == boundaries
