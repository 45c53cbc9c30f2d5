"""Every module of the product keeps every rule."""

import pytest

from tests.architecture.rules import MAY_CATCH_ALL, RULES, Rule, catches_of_all
from tests.architecture.source import source_modules
from tests.architecture.tokens import mints, tokens, unmarked


def test_the_source_is_found() -> None:
    assert {"kya", "kya.core", "kya.core.errors"} <= {m.name for m in source_modules()}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_module_keeps_the_rule(rule: Rule) -> None:
    assert [f"{m.name}: {found}" for m in source_modules() for found in rule(m)] == []


def test_every_token_is_made_only_where_it_says() -> None:
    modules = source_modules()
    made = {token.name: mints(token, modules) for token in tokens(modules)}
    assert made == {token.name: {token.mint} for token in tokens(modules)}


def test_no_two_tokens_share_a_name() -> None:
    names = [token.name for token in tokens(source_modules())]
    assert sorted(set(names)) == sorted(names)


def test_no_known_token_forgets_where_it_is_made() -> None:
    assert unmarked(source_modules()) == []


def test_every_boundary_that_may_catch_all_does() -> None:
    catching = {m.name for m in source_modules() if list(catches_of_all(m))}
    assert set(MAY_CATCH_ALL) == catching
