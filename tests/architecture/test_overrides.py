"""There is one way past a control, and no switch, flag or door of a test beside it."""

import ast
from pathlib import Path

from tests.architecture.source import Module, source_modules

MAY_SAY_OVERRIDDEN = {
    "kya.core.control",  # names it
    "kya.core.decide",  # the one place that sets a control aside
    "kya.core.decision",  # refuses it where nobody has done so
    "kya.codec.decisions",  # refuses it on a line that names no override
    "kya.codec.override_figures",  # counts it
}
BYPASSES = (
    "bypass",
    "skip_check",
    "skip_control",
    "disable_check",
    "disable_control",
    "force_allow",
    "allow_all",
)


def says(module: Module, name: str) -> bool:
    """Tell whether the module's code names this attribute of anything."""
    return name in module.text and any(
        isinstance(node, ast.Attribute) and node.attr == name
        for node in ast.walk(module.tree)
    )


def identifiers(tree: ast.AST) -> set[str]:
    """Every name, attribute, parameter and keyword of the code."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
    return found


def test_a_control_is_set_aside_in_one_place() -> None:
    saying = {module.name for module in source_modules() if says(module, "OVERRIDDEN")}
    assert saying - {"kya.core.control"} == MAY_SAY_OVERRIDDEN - {"kya.core.control"}


def test_only_the_judge_turns_a_failed_control_into_an_overridden_one() -> None:
    [decide] = [m for m in source_modules() if m.name == "kya.core.decide"]
    makers = [
        node.name
        for node in ast.walk(decide.tree)
        if isinstance(node, ast.FunctionDef)
        and any(
            isinstance(call, ast.Call) and ast.unparse(call.func).endswith("_replace")
            for call in ast.walk(node)
        )
    ]
    assert makers == ["_with_override"]


def test_no_check_knows_of_overrides() -> None:
    checks = [m for m in source_modules() if m.name.startswith("kya.core.checks")]
    checks += [m for m in source_modules() if m.name == "kya.core.workload"]
    assert checks
    for module in checks:
        assert "override" not in identifiers(module.tree), module.name


def test_no_other_bypass_has_a_name_in_code_or_tests() -> None:
    here = Path(__file__).resolve()
    texts = {module.name: module.text for module in source_modules()}
    for path in here.parents[1].rglob("*.py"):
        if path != here:
            texts[str(path)] = path.read_text("utf-8")
    # Only where the word stands at all can it be a name.
    found = {
        f"{name}: {identifier}"
        for name, text in texts.items()
        if any(word in text.lower() for word in BYPASSES)
        for identifier in identifiers(ast.parse(text))
        if any(word in identifier.lower() for word in BYPASSES)
    }
    assert found == set()
