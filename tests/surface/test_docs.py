import ast
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path
from typing import Final, get_args, get_type_hints

import msgspec
import pytest
import typer.main

from kya.cli.app import command_line
from kya.cli.exits import Exit
from kya.codec import (
    baseline_locks,
    clock_comparisons,
    decisions,
    drop_copies,
    erasures,
    halts,
    incidents,
    mandates,
    orders,
    overlays,
    overrides,
    place_limits,
    registrations,
    reports,
    rolls,
    scopes,
    sessions,
    standings,
    statements,
)
from kya.codec.canonical import Statement
from kya.config import Config, PaperSection
from kya.config_outside import AlertSection, PriceSourceSection
from kya.config_venues import VenueSection
from kya.core.checks import CHECKS
from kya.core.control import IDENTITY_REASONS, Reason
from kya.core.lifecycle import NEXT
from kya.verify.report import QUESTIONS
from tests.surface.blocks import ROOT, blocks, documents, rows
from tests.surface.front_page import excerpt, shows

REFERENCE: Final = ROOT / "docs" / "reference"
HTTP: Final = ROOT / "spec" / "http.md"
PAGES: Final = tuple(documents())

# Claims that nothing we print can bear out, and where nobody should be sent.
UNWANTED: Final = {
    "a claim about the law": re.compile(r"(?i)\b(?:non-)?complian(?:t|ce)\b"),
    "a consent nobody gave": re.compile(r"(?i)\b(?:pre-)?approv(?:ed|al)\b"),
    "an adjective that sells": re.compile(
        r"(?i)\b(?:seamless|robust|powerful|cutting-edge|world-class|blazing|"
        r"enterprise-grade|military-grade|state-of-the-art|tamper-proof|unhackable)\b"
    ),
    "the host of a package registry": re.compile(
        r"(?i)\b(?:py(?:pi)|npm(?:js)|crates|python(?:hosted)|proxy\.go(?:lang))\.\w"
    ),
    "a promise to finish later": re.compile(
        r"\b(?:TO[D]O|FIX[M]E|T[B]D|coming soon)\b"
    ),
}
LINK: Final = re.compile(r"\]\((?!https?:)([^)#\s]+)[^)]*\)")
SOURCE_PATH: Final = re.compile(r"`(?:src/kya/)?([a-z_]+/[a-z_/]+\.py)`")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_page_claims_what_nothing_bears_out(page: Path) -> None:
    found = [
        f"line {number}: {name}"
        for number, line in enumerate(page.read_text("utf-8").splitlines(), start=1)
        for name, pattern in UNWANTED.items()
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_within_leads_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text("utf-8"))
    assert [t for t in targets if not (page.parent / t).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_on_a_page_can_be_given(page: Path) -> None:
    for command in commands_on(page):
        assert unknown_words(command.split()[1:]) == [], command


def commands_on(page: Path) -> list[str]:
    """Every `kya` command of a page, up to what is not for `kya`."""
    prompts = {"sh": "", "console": r"\$ "}
    return [
        command
        for block in blocks(page)
        if block.language in prompts
        for command in re.findall(
            rf"^{prompts[block.language]}(kya [^|>#&\n]*)",
            block.text.replace("\\\n", " "),
            re.MULTILINE,
        )
    ]


def unknown_words(words: list[str]) -> list[str]:
    """The verbs and options among the words that the program does not know."""
    command = typer.main.get_command(command_line())
    while verbs := getattr(command, "commands", None):
        if not words or words[0].startswith("-"):
            break
        verb, words = words[0], words[1:]
        if verb not in verbs:
            return [verb]
        command = verbs[verb]
    options = {name for found in command.params for name in found.opts} | {"--help"}
    given = [word for word in words if word.startswith("-") and word != "-"]
    return [word for word in given if word not in options]


def test_an_unknown_verb_or_option_is_found() -> None:
    assert unknown_words(["agent", "dismiss", "x"]) == ["dismiss"]
    assert unknown_words(["log", "show", "--since", "1"]) == ["--since"]
    assert unknown_words(["log", "show", "--from", "1", "--json"]) == []


def test_the_reference_of_the_command_line_is_the_program_itself() -> None:
    render = ROOT / "scripts" / "render-cli-reference"
    printed = subprocess.run(
        [sys.executable, render], capture_output=True, text=True, check=True
    ).stdout
    assert (REFERENCE / "cli.md").read_text("utf-8") == printed


def test_the_front_page_shows_part_of_a_real_run() -> None:
    """tests/demo compares the excerpt with what the demonstration prints."""
    assert len(excerpt()) > 10
    assert shows("before\n" + "\n".join(excerpt()) + "\nafter\n")
    assert not shows("\n".join(excerpt()[1:]))


def test_the_front_page_lists_the_ten_questions() -> None:
    table = rows(ROOT / "README.md", "| | question")
    assert [row[0] for row in table] == [str(number) for number in QUESTIONS]
    assert not [row[0] for row in table if "not built" in row[2]]


def test_every_exit_code_is_explained() -> None:
    table = rows(REFERENCE / "exit-codes.md", "| code")
    assert {(row[0], row[1]) for row in table} == {
        (str(code.value), code.name) for code in Exit
    }


def test_every_control_is_listed_in_the_order_of_decisions() -> None:
    table = rows(REFERENCE / "controls.md", "| control")
    assert [row[0].strip("`") for row in table] == [c.control.id for c in CHECKS]


def test_every_reason_is_listed() -> None:
    text = (REFERENCE / "controls.md").read_text("utf-8")
    assert [r.value for r in Reason if f"`{r.value}`" not in text] == []
    assert all(reason.value.startswith("credential.") for reason in IDENTITY_REASONS)


LINES: Final = (
    statements.LogLine,
    statements.CertificateLine,
    statements.IssuerLine,
    mandates.MandateLine,
    registrations.RegistrationLine,
    registrations.RefusalLine,
    standings.StandingLine,
    standings.ScheduleLine,
    standings.RevocationListLine,
    orders.OrderLine,
    decisions.DecisionLine,
    reports.ReportLine,
    reports.EquivocationLine,
    sessions.RuntimeLine,
    sessions.AnchorLine,
    sessions.StartLine,
    overrides.OverrideLine,
    halts.HaltLine,
    halts.ResumeLine,
    halts.RearmLine,
    place_limits.PlaceLimitsLine,
    drop_copies.DropCopyLine,
    drop_copies.UnexplainedLine,
    overlays.OverlayLine,
    baseline_locks.LockLine,
    incidents.IncidentLine,
    incidents.AlertLine,
    erasures.ErasureLine,
    clock_comparisons.ClockLine,
    rolls.RollLine,
    rolls.ContinuationLine,
)


def kind_of(line: type[Statement]) -> str:
    """The `_type` that a line's class demands."""
    (kind,) = line.__annotations__["type_"].__args__
    return str(kind)


def test_every_kind_of_entry_is_listed() -> None:
    table = rows(REFERENCE / "entry-kinds.md", "| `_type`")
    assert [row[0].strip("`") for row in table] == [kind_of(line) for line in LINES]


@pytest.mark.parametrize("line", LINES, ids=kind_of)
def test_every_field_of_an_entry_is_listed(line: type[Statement]) -> None:
    text = (REFERENCE / "entry-kinds.md").read_text("utf-8")
    listed = re.search(rf"^`{kind_of(line)}`\n: (.+)$", text, re.MULTILINE)
    assert listed is not None
    plain = re.sub(r"\([^)]*\)", "", listed[1])
    assert re.findall(r"`(\w+)`", plain) == wire_names(line)


def test_every_field_of_the_scope_is_listed() -> None:
    text = (REFERENCE / "entry-kinds.md").read_text("utf-8")
    listed = text.partition("`kya/scope/v1`:")[2].partition("\n\n")[0]
    assert re.findall(r"`(\w+)`", listed) == wire_names(scopes.ScopeFields)


def wire_names(line: type[Statement]) -> list[str]:
    """The fields of a line as they are sorted on the wire, without its type."""
    names = {field.encode_name for field in msgspec.structs.fields(line)}
    return sorted(names - {"_type"})


def test_the_table_of_acts_is_the_one_of_the_code() -> None:
    table = rows(REFERENCE / "entry-kinds.md", "| from")
    assert set(table) == {
        (standing.value, act.value, to.value) for (standing, act), to in NEXT.items()
    }


def settings(section: type[msgspec.Struct], prefix: str) -> dict[str, str]:
    """Every setting of a section with its default as TOML writes it."""
    found: dict[str, str] = {}
    for field in msgspec.structs.fields(section):
        name = f"{prefix}{field.encode_name}"
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            found |= settings(field.type, f"{name}.")
        elif name in {
            "venues",
            "prices.sources",
            "alerts",
            "time_stamps.authorities",
        }:
            found |= settings(field.type.__args__[1], f"{name}.<NAME>.")
        elif field.required:
            found[name] = "required"
        elif field.default is msgspec.NODEFAULT:
            found[name] = "`{}`"
        else:
            found[name] = f"`{msgspec.json.encode(field.default).decode()}`"
    return found


def test_every_setting_is_listed_with_its_default() -> None:
    table = rows(REFERENCE / "config.md", "| key")
    listed = {row[0].strip("`"): row[1] for row in table}
    listed["venues.<NAME>.kind"] = listed["venues.<NAME>.kind"].strip()
    assert listed == settings(Config, "")


def api_texts() -> set[str]:
    """Every string constant of the HTTP edge."""
    return {
        node.value
        for path in (ROOT / "src" / "kya" / "api").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_choice_of_a_setting_is_listed() -> None:
    text = (REFERENCE / "config.md").read_text("utf-8")
    faults = get_type_hints(VenueSection)["faults"].__args__[1]
    sections = (PaperSection, PriceSourceSection, AlertSection)
    kinds = [get_args(get_type_hints(section)["kind"]) for section in sections]
    choices = (*get_args(faults), *chain.from_iterable(kinds))
    assert [choice for choice in choices if f"`{choice}`" not in text] == []


def test_every_route_is_specified() -> None:
    text = HTTP.read_text("utf-8")
    route = re.compile(r"/(?:v1|log)/[a-z{}/_:]+|/healthz")
    routes = {found for found in api_texts() if route.fullmatch(found)}
    listed = [found.replace("{path:path}", "…") for found in routes]
    assert len(routes) == 19
    assert [found for found in sorted(listed) if f" {found}`" not in text] == []


def test_every_problem_is_specified() -> None:
    text = HTTP.read_text("utf-8")
    source = (ROOT / "src/kya/api/problems.py").read_text("utf-8")
    source += (ROOT / "src/kya/api/notes.py").read_text("utf-8")
    made = re.compile(r"(?:name=|_problem\(\s*\w+,\s*|too_many\()\"([a-z-]+)\"")
    names = set(made.findall(source))
    assert len(names) > 8
    assert [name for name in sorted(names) if f"kya:problem/{name}`" not in text] == []


def test_every_dependency_is_in_the_decision_about_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = (ROOT / "docs/adr/0002-dependencies.md").read_text("utf-8")
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["server"], *extras["agent"]]
    wanted += extras["console"][1:]
    wanted += (ROOT / "requirements/dev.in").read_text("utf-8").split()
    names = {re.split(r"[\[<>=]", word)[0] for word in wanted if "=" in word}
    assert [name for name in sorted(names) if name not in text] == []


def test_every_file_that_the_tour_names_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    files = set(SOURCE_PATH.findall(text))
    assert len(files) > 20
    assert [f for f in sorted(files) if not (ROOT / "src/kya" / f).exists()] == []


def test_the_tour_shows_the_import_direction_that_is_held() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    (layers,) = (
        contract["layers"]
        for contract in linter["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    shown = "".join(f"{layer.replace(' | ', ', ')}\n" for layer in layers)
    assert shown in {block.text for block in blocks(ROOT / "ARCHITECTURE.md")}


def test_every_decision_record_is_dated_and_numbered() -> None:
    for path in (ROOT / "docs" / "adr").glob("*.md"):
        lines = path.read_text("utf-8").splitlines()
        assert lines[0].startswith(f"# {int(path.name[:4])}. "), path.name
        assert re.fullmatch(r"\d{4}-\d\d-\d\d · (?:accepted|replaced by .+)", lines[2])
