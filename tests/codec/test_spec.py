"""The normative pages say what the code does: examples are read, tables compared."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kya.codec import canonical
from kya.codec.baseline_locks import LockLine, SourceFields
from kya.codec.canonical import digest, encode
from kya.codec.decisions import (
    DecisionLine,
    parse_decision,
    read_reason,
    render_decision,
)
from kya.codec.drop_copies import (
    DropCopyLine,
    ExecutionFields,
    UnexplainedLine,
    parse_drop_copy,
    parse_unexplained,
    render_drop_copy,
    render_unexplained,
)
from kya.codec.halts import (
    HaltLine,
    RearmLine,
    ResumeLine,
    parse_halt,
    parse_rearm,
    parse_resume,
    render_halt,
    render_rearm,
    render_resume,
)
from kya.codec.incident_fields import OpeningFields, TriggerFields, policy_from
from kya.codec.incident_fields import PolicyFields as IncidentPolicyFields
from kya.codec.incidents import (
    AlertLine,
    IncidentLine,
    parse_alert,
    parse_incident,
    render_alert,
    render_incident,
)
from kya.codec.mandates import MandateLine, parse_mandate, render_mandate
from kya.codec.orders import OrderLine, parse_order, render_order
from kya.codec.overlay_questions import question_of
from kya.codec.overlays import (
    AnswerFields,
    OverlayLine,
    PolicyFields,
    parse_overlay,
    render_overlay,
)
from kya.codec.overrides import OverrideLine, parse_override, render_override
from kya.codec.place_limits import (
    PlaceLimitsLine,
    parse_place_limits,
    render_place_limits,
)
from kya.codec.reports import ReportLine, parse_report, render_report
from kya.codec.scope_limits import LimitsFields
from kya.codec.scopes import ScopeFields, parse_scope, render_scope
from kya.codec.sessions import (
    AnchorLine,
    RuntimeLine,
    SessionLine,
    ShownFields,
    StartLine,
    parse_session,
    render_session,
)
from kya.codec.sign_ins import SignInLine, parse_sign_in, render_sign_in
from kya.core.checks import CHECKS
from kya.core.client_id import client_id_of
from kya.core.closed_days import YEARS
from kya.core.control import Reason
from kya.core.copied import NOBODYS
from kya.core.decide import decide
from kya.core.halt import TradingState
from kya.core.incident import NEXT_STATE, IncidentState, Step
from kya.core.incident_policy import OPENS_NOTHING
from kya.core.incident_watch import Watch
from kya.core.instant import MICROS_PER_DAY
from kya.core.latch import Latch
from kya.core.levels import Level
from kya.core.limits import (
    ALERT_SECONDS_MAX,
    CLOCK_SKEW_MICROS_MAX,
    COUNT_MAX,
    EXECUTION_WAIT_MICROS_MAX,
    EXECUTIONS_COPIED_MAX,
    EXTENSION_SECONDS_MAX,
    GRACE_SECONDS_MAX,
    HALTS_MAX,
    INSTANCE_AGE_MICROS_MAX,
    INSTANCE_RSA_BITS_MIN,
    LIST_ITEMS_MAX,
    OVERLAY_ANSWER_MICROS_MAX,
    OVERLAY_CHARS_MAX,
    OVERLAY_POLICIES_MAX,
    OVERLAYS_MAX,
    OVERRIDE_CONTROLS_MAX,
    OVERRIDE_MICROS_MAX,
    OVERRIDES_MAX,
    PLACES_LIMITED_MAX,
    REGION_ANCHORS_MAX,
    RUNTIME_COMPONENTS_MAX,
    SCOPE_BYTES_MAX,
    STATEMENT_LAG_MICROS_MAX,
    TEXT_CHARS_MAX,
    TRIGGER_COUNT_MAX,
    TRIGGER_SECONDS_MAX,
    TRIGGERS_MAX,
)
from kya.core.money import Currency, Money
from kya.core.order import Action
from kya.core.order_events import VenueStatus
from kya.core.overlay import Engine, Verdict
from kya.core.override_admission import OVERRIDABLE
from kya.core.place_limits import LimitedPlace
from kya.core.scope import Calendar
from kya.core.scope_limits import Limits
from kya.gateway.drop_copies import SILENCE_MICROS_MAX
from kya.pki.stopping import STOPPING, SUPERVISING
from tests.builders import (
    a_case,
    a_policy,
    a_scope,
    an_asked_overlay,
    an_order,
    eur,
    on,
)

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    name: (ROOT / "spec" / f"{name}.md").read_text("utf-8")
    for name in (
        "order",
        "report",
        "drop-copy",
        "decision",
        "mandate",
        "session",
        "override",
        "limits",
        "halt",
        "console",
        "incident",
        "place-limits",
        "baseline-lock",
        "calendars",
        "overlays",
    )
}


def example(page: str, kind: str, number: int = 1) -> bytes:
    start = f'```\n{{"_type":"kya/{kind}/v1"'
    rest = PAGES[page].split(start)[number]
    body, _, _ = rest.partition("```")
    return (start.removeprefix("```\n") + body).encode()


def rows(page: str, head: str) -> list[list[str]]:
    """The cells of the tables whose first column has this title."""
    [_, *tables] = re.split(rf"(?m)^\| {head} \|.*\n\|[- |]*\|\n", PAGES[page])
    found: list[list[str]] = []
    for table in tables:
        lines = table.split("\n\n")[0].splitlines()
        found += [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    return found


def test_the_order_on_the_page_is_one() -> None:
    line = example("order", "order")
    assert render_order(parse_order(line)) == line


def test_the_cancel_on_the_page_is_of_the_order_on_the_page() -> None:
    line = example("order", "order", 2)
    target, cancel = parse_order(example("order", "order")), parse_order(line)
    assert render_order(cancel) == line
    assert (cancel.action, cancel.target) == (Action.CANCEL, target.seq)
    assert cancel.prev == digest(example("order", "order"))
    assert cancel.amount == target.amount


def test_the_report_on_the_page_is_one_and_its_table_is_the_programs() -> None:
    line = example("report", "report")
    assert render_report(parse_report(line)) == line
    table = {cells[0].strip("`"): cells[2:] for cells in rows("report", "status")}
    for status in VenueStatus:
        filled, is_final = table.pop(status.value)
        some = Money(1, Currency("EUR"))
        may = (status.may_have(None), status.may_have(some))
        assert (
            filled
            == {
                (True, True): "may be there",
                (False, True): "is there",
                (True, False): "null",
            }[may]
        )
        assert (is_final == "yes") is status.is_final
    assert table == {}


def test_the_mandate_and_its_scope_on_the_page_are_one() -> None:
    line, raw = example("mandate", "mandate"), example("mandate", "scope")[:-1]
    mandate = parse_mandate(line)
    assert render_mandate(mandate) == line
    assert parse_scope(raw) == mandate.scope
    assert render_scope(mandate.scope) == raw


def test_the_override_on_the_page_is_one() -> None:
    line = example("override", "override")
    assert render_override(parse_override(line)) == line


@pytest.mark.parametrize(
    ("kind", "parse", "render"),
    [
        ("halt", parse_halt, render_halt),
        ("resume", parse_resume, render_resume),
        ("rearm", parse_rearm, render_rearm),
    ],
)
def test_what_stops_and_starts_on_the_page_is_one(
    kind: str, parse: Callable[[bytes], Any], render: Callable[[Any], bytes]
) -> None:
    line = example("halt", kind)
    assert render(parse(line)) == line


def test_the_sign_in_on_the_page_is_one() -> None:
    line = example("console", "sign-in")
    assert render_sign_in(parse_sign_in(line)) == line


def test_the_incident_on_the_page_is_the_one_of_the_decision_on_its_page() -> None:
    decision = parse_decision(example("decision", "decision"))
    for number, step in enumerate((Step.ACKNOWLEDGE, Step.EXTEND), start=1):
        line = example("incident", "incident", number)
        act = parse_incident(line)
        assert render_incident(act) == line
        assert (act.step, act.incident) == (step, decision.order)
    alert = parse_alert(example("incident", "alert"))
    assert render_alert(alert) == example("incident", "alert")
    assert alert.incident == decision.order


def test_the_policy_on_the_page_opens_what_the_page_says() -> None:
    policy_line, opening_line = (
        part.partition("\n```")[0] for part in PAGES["incident"].split("```\n{")[1:3]
    )
    fields = msgspec.json.decode("{" + policy_line, type=IncidentPolicyFields)
    watch = Watch(policy_from(fields), 300, ((), ()))
    case = a_case(
        an_order(amount=eur("180,000"), created_at=on("2026-05-22 10:30")), watch=watch
    )
    line = json.loads(render_decision(decide(case), "0" * 64))
    assert canonical.encode(line["incident"]).decode() == "{" + opening_line


def test_the_page_of_incidents_says_its_limits_states_and_steps() -> None:
    page = PAGES["incident"]
    assert f"1 to {ALERT_SECONDS_MAX}, or null" in page
    assert f"1 to {TRIGGERS_MAX}, of which" in page
    assert f"it takes: 1 to {TRIGGER_COUNT_MAX}" in page
    assert f"1 to {TRIGGER_SECONDS_MAX} |" in page
    assert EXTENSION_SECONDS_MAX == 24 * 3_600
    assert "at most 24 hours" in page
    assert all(f"`{step.value}`" in page for step in Step)
    assert all(f"`{state.value}`" in page for state in IncidentState)
    assert all(f"`{reason.value}`" in page for reason in OPENS_NOTHING)
    table = {
        (state.strip("` "), cells[1].strip("`")): cells[2]
        for cells in rows("incident", "from")
        for state in cells[0].split(",")
        if cells[1].startswith("`")
    }
    steps = {(state.value, step.value) for state, step in NEXT_STATE}
    assert set(table) == steps


def test_the_drop_copy_on_the_page_is_one_and_what_it_says_is_unexplained() -> None:
    line, told = example("drop-copy", "drop-copy"), example("drop-copy", "unexplained")
    copied, found = parse_drop_copy(line), parse_unexplained(told).found
    assert render_drop_copy(copied) == line
    assert render_unexplained(parse_unexplained(told)) == told
    assert copied.executions[found.position - copied.after - 1] == found.execution
    assert found.expected == NOBODYS
    report = parse_report(example("report", "report"))
    assert copied.executions[0].client_id == client_id_of(report.order)


def test_the_page_of_drop_copies_says_its_limits() -> None:
    page = PAGES["drop-copy"]
    assert f"at most {EXECUTIONS_COPIED_MAX};" in page
    assert f"may wait {EXECUTION_WAIT_MICROS_MAX // 1_000_000} s" in page
    assert client_id_of("0123456789" * 6) == ("0123456789" * 6)[:32]
    assert "first 32 characters" in page
    assert SILENCE_MICROS_MAX == 3_600 * 1_000_000
    assert "After an hour" in page


def test_the_page_of_halts_says_every_place_state_latch_and_limit() -> None:
    page = PAGES["halt"]
    for level in Level:
        assert f"`{level.value}" in page
    for state in set(TradingState) - {TradingState.ACTIVE}:
        assert f"`{state.value}`" in page
    for latch in Latch:
        assert f"`{latch.value}`" in page
    for role in STOPPING:
        assert f"`{role.value}`" in page
    assert "the role `compliance` or `risk`" in page
    assert f"At most {HALTS_MAX} places" in page


def test_the_limits_of_a_place_on_the_page_are_some_and_deny_as_it_says() -> None:
    line = example("place-limits", "place-limits")
    limits = parse_place_limits(line)
    assert render_place_limits(limits) == line
    used = LimitedPlace(limits, eur("980000.00").minor_units, 0)
    scope = a_scope(limits=Limits(desk="fx"), order_max=eur("30000.00"))
    order = an_order(amount=eur("30000.00"))
    decision = decide(a_case(order, scope=scope, place_limits=(used,)))
    found = parse_decision(render_decision(decision, "0" * 64)).controls
    (control,) = [each for each in found if each.id == "place.daily_amount"]
    assert f"```\n{encode(control).decode()}\n```" in PAGES["place-limits"]


def test_the_page_of_place_limits_says_who_signs_and_how_many_there_are() -> None:
    page = PAGES["place-limits"]
    assert "the role `compliance` or `risk`" in page
    assert {role.value for role in SUPERVISING} == {"compliance", "risk"}
    assert f"1 to {COUNT_MAX:,}" in page
    assert f"At most {PLACES_LIMITED_MAX} places" in page
    for level in Level:
        assert f"`{level.value}" in page


def test_the_overlay_on_the_page_is_one_and_forbids_as_it_says() -> None:
    line = example("overlays", "overlay")
    overlay = parse_overlay(line)
    assert render_overlay(overlay) == line
    assert overlay.policy == a_policy()
    asked = an_asked_overlay(Verdict.DENY, "large")
    decision = decide(a_case(overlays=(asked,)))
    found = parse_decision(render_decision(decision, "0" * 64))
    shown = [*(found.overlays or []), found.controls[-1]]
    text = "\n".join([encode(each).decode() for each in shown])
    assert f"```\n{text}\n```" in PAGES["overlays"]


def test_the_question_on_the_page_is_the_one_that_is_asked() -> None:
    line = question_of(decide(a_case()))
    assert example("overlays", "overlay-question") == line
    asked = json.loads(line or b"")
    members = {cells[0].strip("`") for cells in rows("overlays", "member")}
    figures = {f"figures.{name}" for name in asked.pop("figures")}
    assert members == asked.keys() | figures


def test_the_page_of_overlays_says_who_signs_and_how_many_there_are() -> None:
    page = PAGES["overlays"]
    assert "the role `compliance` or `risk`" in page
    assert f"1 to {OVERLAY_CHARS_MAX:,} characters" in page
    assert f"at most {OVERLAYS_MAX} names" in page
    assert f"there are at most {OVERLAY_POLICIES_MAX}" in page
    assert f"at most {OVERLAY_ANSWER_MICROS_MAX // 1000} ms" in page
    assert all(f"`{verdict.value}`" in page for verdict in Verdict)
    assert all(f"`{engine.value}`" in page for engine in Engine)


def test_the_pages_say_what_may_be_set_aside_and_for_how_long() -> None:
    for control in OVERRIDABLE:
        assert f"`{control}`" in PAGES["decision"].split("may be set aside, and no")[0]
    assert OVERRIDE_MICROS_MAX == 15 * 60 * 1_000_000
    assert "15 minutes" in PAGES["override"]
    assert f"1 to {OVERRIDE_CONTROLS_MAX}, sorted" in PAGES["override"]
    assert f"At most {OVERRIDES_MAX}" in PAGES["override"]


def test_the_limits_on_the_page_are_some() -> None:
    [_, rest] = PAGES["limits"].split('```\n{"actions"')
    shown = json.loads('{"actions"' + rest.partition("```")[0])
    fields = json.loads(example("mandate", "scope"))
    scope = parse_scope(canonical.encode({**fields, "limits": shown}))
    assert scope.limits.desk == "fx"


def test_the_session_on_the_page_is_one_and_its_digest_is_said() -> None:
    line = example("session", "session")
    assert render_session(parse_session(line)) == line
    assert f'"session":"{digest(line)}"' in PAGES["session"]


def test_the_decision_on_the_page_is_on_that_order_under_that_scope() -> None:
    decision = parse_decision(example("decision", "decision"))
    order = parse_order(example("order", "order"))
    assert (decision.agent, decision.seq) == (order.agent, order.seq)
    assert decision.credential == order.credential
    assert decision.scope == digest(example("mandate", "scope")[:-1])
    assert decision.mandate == digest(example("mandate", "mandate"))
    vectors = json.loads((ROOT / "vectors" / "decide" / "decide.json").read_text())
    lines = [case["decision"] for case in vectors["cases"]]
    assert example("decision", "decision").decode() in lines


@pytest.mark.parametrize(
    ("page", "shapes"),
    [
        ("order", [OrderLine]),
        ("report", [ReportLine]),
        ("decision", [DecisionLine]),
        ("mandate", [MandateLine, ScopeFields]),
        ("override", [OverrideLine]),
        ("halt", [HaltLine, ResumeLine, RearmLine]),
        ("console", [SignInLine]),
        (
            "incident",
            [
                IncidentPolicyFields,
                TriggerFields,
                OpeningFields,
                IncidentLine,
                AlertLine,
            ],
        ),
        ("place-limits", [PlaceLimitsLine]),
        ("drop-copy", [DropCopyLine, UnexplainedLine, ExecutionFields]),
        ("limits", [LimitsFields]),
        ("baseline-lock", [LockLine, SourceFields]),
        ("overlays", [OverlayLine, PolicyFields, AnswerFields]),
        ("session", [SessionLine, ShownFields, StartLine, AnchorLine, RuntimeLine]),
    ],
)
def test_the_page_names_every_field(page: str, shapes: list[Any]) -> None:
    named = [cells[0].strip("`") for cells in rows(page, "field")]
    known = [
        field.encode_name for shape in shapes for field in msgspec.structs.fields(shape)
    ]
    assert sorted(named) == sorted(known)


def test_the_page_names_every_control_in_its_order() -> None:
    *table, overlays = rows("decision", "control")
    assert overlays[0].startswith("`overlay.`")
    assert [cells[0].strip("`") for cells in table] == [c.control.id for c in CHECKS]
    units = {cells[0].strip("`"): cells[3].strip("`") for cells in table}
    for check in CHECKS:
        said = units[check.control.id]
        assert said in {check.control.unit, "the scope's currency"}


def test_the_page_names_every_reason() -> None:
    cells = " ".join(cells[4] for cells in rows("decision", "control"))
    named = {read_reason(code) for code in re.findall(r"`([^`]+)`", cells)}
    assert named == set(Reason) - {Reason.CONTROL_FAULTED}
    assert f"`{Reason.CONTROL_FAULTED.value}`" in PAGES["decision"]


def test_the_pages_say_the_limits() -> None:
    assert f"`{CLOCK_SKEW_MICROS_MAX}`" in PAGES["decision"]
    assert f"0 to {GRACE_SECONDS_MAX}" in PAGES["mandate"]
    assert f"at most {SCOPE_BYTES_MAX:,} bytes" in PAGES["mandate"]
    assert f"1 to {LIST_ITEMS_MAX}, sorted" in PAGES["mandate"]
    assert f"1 to {TEXT_CHARS_MAX} printable" in PAGES["mandate"]
    assert STATEMENT_LAG_MICROS_MAX == 5 * 60 * 1_000_000
    assert "five minutes" in PAGES["mandate"]
    assert f"0 to {RUNTIME_COMPONENTS_MAX} names" in PAGES["session"]
    assert f"at most {REGION_ANCHORS_MAX}" in PAGES["session"]
    assert f"at least {INSTANCE_RSA_BITS_MIN:,} bits" in PAGES["session"]
    assert INSTANCE_AGE_MICROS_MAX == 365 * MICROS_PER_DAY
    assert "365 days" in PAGES["session"]


def test_the_control_on_christmas_day_is_the_one_of_the_page() -> None:
    scope = a_scope(calendar=Calendar.US_NYSE)
    case = a_case(received_at=on("2026-12-25 12:00"), scope=scope)
    line = parse_decision(render_decision(decide(case), "0" * 64))
    (control,) = [each for each in line.controls if each.id == "hours.calendar"]
    assert f"```\n{encode(control).decode()}\n```" in PAGES["calendars"]


def test_every_calendar_is_on_the_page_and_each_exchange_with_its_rule() -> None:
    named = [row[0] for row in rows("calendars", "calendar")]
    assert named == [f"`{calendar.value}`" for calendar in Calendar]
    ruled = re.findall(r"(?m)^- 3\.\d (`[a-z_]+`): ", PAGES["calendars"])
    assert ruled == [f"`{each.value}`" for each in Calendar if each.is_of_an_exchange]
    assert f"It lists {YEARS.start} to {YEARS.stop - 1}." in PAGES["calendars"]
