"""One test case of a vector file, as every generator here writes it."""

from typing import Any, TypeAlias

Case: TypeAlias = dict[str, Any]


def case(name: str, flag: str, bug: str, expected: str, **fields: object) -> Case:
    """Return a case: its id, its flag, the class of bug that it finds, the verdict."""
    return {"id": name, "flag": flag, "bug": bug, "expected": expected, **fields}
