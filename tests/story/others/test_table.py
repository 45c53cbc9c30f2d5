"""Every row of the table is a test, and every test a row."""

import ast

from tests.story.others.telling import HERE, PAGE, TABLE
from tests.surface.blocks import rows


def names_of_tests() -> list[str]:
    return [
        node.name.removeprefix("test_")
        for path in HERE.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any(arg.arg == "here" for arg in node.args.args)
    ]


def test_table_and_tests_are_the_same_cases() -> None:
    names = names_of_tests()
    assert len(set(names)) == len(names) > 50
    assert sorted(names) == sorted(TABLE)


def test_every_row_says_where_what_and_what_comes_out_here() -> None:
    listed = rows(PAGE, "| case")
    assert len(listed) == len(TABLE)
    assert [row for row in listed if len(row) != 4 or not all(row)] == []
