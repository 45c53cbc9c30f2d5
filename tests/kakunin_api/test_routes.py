"""Every route: who may ask it, what it shows, and what it refuses."""

import asyncio
from base64 import b64decode, b64encode
from dataclasses import replace
from typing import Any

import httpx
import pytest

from kya.authority import acts
from kya.codec import canonical
from kya.codec.mandates import render_mandate
from kya.codec.note import SignedNote
from kya.core.errors import InputError, MalformedError, TransientError
from kya.core.incident import Step
from kya.core.levels import Place
from kya.core.lifecycle import Act
from kya.core.order_events import VenueStatus
from kya.kakunin_api.app import ROUTES, create_kakunin_app
from kya.kakunin_api.notebook import ChainOrder, Notebook, read_line, render_line
from kya.kakunin_api.records import read_history
from kya.kakunin_api.tokens import Right
from kya.pki.note_signer import NoteSigner
from kya.pki.pem import CERTIFICATE, blocks_of_pem, to_pem
from kya.tlog.proof import Proof
from tests.halting import halt
from tests.incidents import take_step, world_breached
from tests.kakunin_api.hall import Hall, Lines, token
from tests.locking import imported_world
from tests.surface.test_docs import unknown_words
from tests.world import AGENT, MORNING, World, signer_for, the_mandate

ORDER = {"market": "EUR/USD", "side": "buy", "amount": "100.00", "currency": "EUR"}
SIGN = f"/agents/{AGENT}/sign"
LACKING = {right: f"all-but-{right.value}" for right in Right}


def at_work() -> World:
    """A world whose agent trades, at a moment of its day."""
    world = World()
    world.now = MORNING
    return world


@pytest.fixture(scope="module")
def hall() -> Hall:
    """A server whose agent has had one order allowed and one denied."""
    lacking = [token(name, *(set(Right) - {right})) for right, name in LACKING.items()]
    world = at_work()
    hall = Hall(world, (*lacking, token("another", *Right, agents=frozenset({"x"}))))
    hall.ask("POST", SIGN, json={"payload": ORDER})
    hall.ask("POST", SIGN, json={"payload": {**ORDER, "amount": "25000.01"}})
    world.report(1, VenueStatus.FILLED)
    hall.look()
    return hall


def path_of(template: str) -> str:
    """A path of a route's form; what it names is there."""
    named = {"agent": AGENT, "serial": "AB", "certificate": "AB"}
    for name, value in named.items():
        template = template.replace(f"{{{name}}}", value)
    return template.replace("{chain}", "none").replace("{report}", "none")


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [(method, path, right) for method, path, right, _ in ROUTES],
    ids=lambda value: getattr(value, "value", value),
)
def test_a_route_takes_the_right_that_it_names_and_no_other(
    hall: Hall, method: str, path: str, right: Right | None
) -> None:
    asked = (method, path_of(path))
    if right is None:
        assert hall.ask(*asked, None, json={}).status_code not in {401, 403}
        return
    nobody = hall.ask(*asked, None, json={})
    assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthorized")
    # Neither a token that is none of ours nor what is public stands for one.
    serial = {"x-kakunin-cert-serial": "AB", "x-kakunin-agent-id": AGENT}
    assert hall.ask(*asked, "unknown", json={}).status_code == 401
    assert hall.ask(*asked, None, json={}, headers=serial).status_code == 401
    lacking = hall.ask(*asked, LACKING[right], json={})
    assert lacking.status_code == 403
    assert lacking.json()["error"] == f"this token may not {right.value}"
    if path != "/agents/{agent}/halt":
        assert hall.ask(*asked, json={}).status_code not in {401, 403}
    if "{agent}" in path:
        assert hall.ask(*asked, "another", json={}).status_code == 404


def test_both_prefixes_lead_to_the_same(hall: Hall) -> None:
    answers = [
        hall.ask("GET", f"http://kya.example{prefix}/agents/{AGENT}").json()
        for prefix in ("/api/v1", "/v1")
    ]
    assert answers[0] == answers[1]
    assert hall.ask("GET", "/none").json()["error"] == "Not Found"
    assert hall.ask("DELETE", "/agents").status_code == 405
    health = hall.ask("GET", "http://kya.example/healthz", None)
    assert (health.status_code, health.text) == (200, "ok\n")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("x-kakunin-cert-serial", "00"),
        ("x-agent-certificate", "not a serial"),
        ("x-kakunin-agent-id", "another"),
    ],
)
def test_a_header_that_names_another_is_refused_before_anything_is_signed(
    hall: Hall, name: str, wrong: str
) -> None:
    before = len(hall.agent.submitted)
    refused = hall.ask("POST", SIGN, json={"payload": ORDER}, headers={name: wrong})
    assert refused.status_code == 400
    assert name in refused.json()["error"]
    assert len(hall.agent.submitted) == before


def test_a_serial_in_any_spelling_is_agreed_with_and_gains_nothing() -> None:
    hall = Hall(at_work(), (token("reader", Right.READ),))
    serial = hall.shown(f"/agents/{AGENT}")["certificate_serial"]
    spelt = {"x-kakunin-cert-serial": f"0{serial.lower()}"}
    for name, status in (("all", 200), (None, 401), ("reader", 403)):
        asked = hall.ask("POST", SIGN, name, json={"payload": ORDER}, headers=spelt)
        assert asked.status_code == status
    assert len(hall.agent.submitted) == 1


def test_a_denial_carries_the_decision_and_no_signature(hall: Hall) -> None:
    large = {"payload": {**ORDER, "amount": "25000.01"}}
    said = hall.ask("POST", SIGN, json=large).json()
    assert said["code"] == "scope_violation"
    assert "signature" not in said
    assert said["decision"]["outcome"] == "denied"
    assert said["decision"]["reasons"] == ["order.amount_max"]
    SignedNote.parse(said["decision"]["note"].encode())


def test_what_is_signed_is_the_order_that_the_log_has(hall: Hall) -> None:
    said = hall.ask("POST", SIGN, json={"payload": ORDER}).json()["data"]
    entry = said["decision"]["log_index"]
    assert b64decode(said["signature"]) == hall.world.entries[entry]


@pytest.mark.parametrize(
    "body",
    [
        b'{"payload": {"market": "EUR/USD", "market": "GBP/EUR"}}',
        b'{"payload": {}, "pay_load": 1}',
        b"[]",
        b"{",
    ],
)
def test_a_body_that_cannot_be_read_in_one_way_is_refused(
    hall: Hall, body: bytes
) -> None:
    assert hall.ask("POST", SIGN, content=body).status_code in {400, 422}


def test_a_body_that_no_request_needs_is_not_read(hall: Hall) -> None:
    assert hall.ask("POST", SIGN, content=b" " * 70_000).status_code == 413


def test_only_the_signature_of_an_allowed_order_is_valid(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kya.kakunin_api.asking.LISTED_SECONDS", 0.0)
    serial = hall.shown(f"/agents/{AGENT}")["certificate_serial"]
    large = {**ORDER, "amount": "25000.01"}
    hall.ask("POST", SIGN, json={"payload": large})
    hall.look()
    denied, allowed = hall.world.entries[-2], hall.world.order_note()

    def verdict(note: bytes, payload: dict[str, Any]) -> dict[str, Any]:
        asked = {
            "agentId": AGENT,
            "payload": payload,
            "signature": b64encode(note).decode(),
            "certificateSerial": serial,
        }
        answer = hall.ask("POST", "/verify/message", None, json=asked)
        said: dict[str, Any] = answer.json()["data"]
        return said

    assert verdict(denied, large)["reason"] == "the order was denied"
    unsent = {**ORDER, "amount": "20000.00"}
    assert verdict(allowed, unsent)["reason"] == "the order is not on record"
    assert not verdict(hall.world.entries[-1], large)["valid"]


def test_events_are_the_decisions_of_the_log(hall: Hall) -> None:
    newest = hall.ask("GET", f"/events?agentId={AGENT}").json()["data"]
    first = newest[-1]
    assert first["payload"]["seq"] == 1
    assert first["payload"]["venue_status"] == "filled"
    assert first["payload"]["anomaly"] == {"score": None}
    assert hall.ask("GET", "/events", "another").json()["data"] == []


def test_the_audit_log_goes_page_by_page_and_shows_what_people_did(hall: Hall) -> None:
    seen: list[int] = []
    cursor = ""
    while True:
        page = hall.ask("GET", f"/audit-log?limit=3{cursor}").json()
        seen += [row["log_index"] for row in page["data"]]
        if not page["pagination"]["has_next_page"]:
            break
        cursor = f"&before={page['pagination']['next_cursor']}"
    assert seen == sorted(set(seen), reverse=True)
    assert seen[-1] == 0
    assert hall.ask("GET", "/audit-log", "another").json()["data"] == []
    for wrong in ("limit=0", "limit=201", "limit=x", "before=-1"):
        assert hall.ask("GET", f"/audit-log?{wrong}").status_code == 400


def test_rows_of_another_system_stand_apart_and_unverified() -> None:
    rows = read_history({"data": [{"id": 1, "verified": True}]})
    hall = Hall(at_work(), history=tuple(dict(row) for row in rows))
    told = hall.shown("/audit-log/export")
    assert told["unverified_history"] == [
        {"verified": False, "row": {"id": 1, "verified": True}}
    ]
    assert all(row["verified"] for row in told["entries"])
    with pytest.raises(InputError, match="list of rows"):
        read_history({"rows": []})


def test_forensics_can_be_checked_without_us(hall: Hall) -> None:
    told = hall.shown(f"/agents/{AGENT}/forensics?limit=2")
    key = hall.world.log.key
    for order in told["orders"]:
        for what in ("order", "decision"):
            proof = Proof.parse(order[f"{what}_proof"].encode())
            proof.verify(order[f"{what}_note"].encode(), key.name, [key])
    assert len(told["orders"]) == 2


def test_the_authoritys_own_is_what_the_log_has(hall: Hall) -> None:
    issuer = to_pem(CERTIFICATE, hall.world.issuer.certificate)
    assert hall.ask("GET", "/ca", None).content == issuer
    json = hall.ask("GET", "/ca", None, headers={"accept": "application/json"}).json()
    assert json["data"]["certificate_pem"].encode() == issuer
    chain = hall.ask("GET", "/ca/chain", None).content
    assert list(blocks_of_pem(CERTIFICATE, chain)) == [
        hall.world.issuer.certificate,
        hall.world.root,
    ]


def test_a_revoked_certificate_is_told_and_its_agent_is_over() -> None:
    world = at_work()
    hall = Hall(world)
    serial = hall.shown(f"/agents/{AGENT}")["certificate_serial"]
    assert hall.ask("GET", "/crl", None).status_code == 404
    world.revoke(world.now)
    hall.look()
    told = hall.ask("GET", f"/verify/{serial}", None).json()["data"]
    assert (told["valid"], told["status"], told["agent_status"]) == (
        False,
        "revoked",
        "retired",
    )
    assert hall.ask("GET", "/crl", None).content == world.state.crl
    assert hall.ask("GET", "/verify/zz", None).status_code == 422
    assert hall.ask("GET", "/verify/-:-", None).status_code == 422


def test_a_suspended_or_halted_agent_is_suspended() -> None:
    world = at_work()
    halt(world, Place.parse(f"agent:{AGENT}"))
    hall = Hall(world)
    agent = hall.shown(f"/agents/{AGENT}")
    assert (agent["status"], agent["metadata"]["kya"]["standing"]) == (
        "suspended",
        "halted",
    )
    world = at_work()
    world.change_standing(Act.SUSPEND, world.now)
    agent = Hall(world).shown(f"/agents/{AGENT}")
    assert agent["metadata"]["kya"]["standing"] == "suspended"
    assert Hall(world).ask("GET", "/agents?status=active").json()["data"] == []


def test_an_agent_in_its_grace_is_still_active() -> None:
    world = world_breached()
    take_step(world, Step.ACKNOWLEDGE)
    agent = Hall(world).shown(f"/agents/{AGENT}")
    assert (agent["status"], agent["metadata"]["kya"]["standing"]) == (
        "active",
        "grace",
    )


def test_risk_is_two_things_where_there_is_a_baseline() -> None:
    world = imported_world()
    world.now = MORNING
    hall = Hall(world)
    hall.ask("POST", SIGN, json={"payload": {**ORDER, "amount": "20000.00"}})
    hall.ask("POST", SIGN, json={"payload": {**ORDER, "amount": "90000.00"}})
    hall.look()
    told = hall.shown(f"/agents/{AGENT}/risk?window_days=1")
    assert told["risk_score"] == max(told["anomaly"].values())
    assert told["scope"]["denied"] >= 1
    assert any(factor.startswith("order.amount_max") for factor in told["factors"])
    assert not any("no baseline" in factor for factor in told["factors"])
    for wrong in ("0", "367", "x"):
        path = f"/agents/{AGENT}/risk?window_days={wrong}"
        assert hall.ask("GET", path).status_code == 400


def test_a_halt_is_signed_by_the_person_of_the_token() -> None:
    hall = Hall(at_work(), (token("unbound", Right.HALT),))
    path = f"/agents/{AGENT}/halt"
    assert hall.ask("POST", path, "unbound").status_code == 422
    receipt = hall.ask("POST", path, json={"reason": "operator_initiated"}).json()
    note = b64decode(receipt["data"]["signature"])
    assert hall.world.entries[-1] == note
    assert receipt["data"]["signed_by"] == ["alice"]
    hall.look()
    denied = hall.ask("POST", SIGN, json={"payload": ORDER}).json()
    assert denied["decision"]["reasons"] == ["halt.halted"]


def test_what_people_do_is_refused_with_the_command_that_does_it(hall: Hall) -> None:
    serial = hall.shown(f"/agents/{AGENT}")["certificate_serial"]
    refused = [
        hall.ask("POST", f"/certificates/{serial}/revoke"),
        hall.ask("PATCH", f"/agents/{AGENT}", json={"status": "active"}),
        hall.ask("PATCH", f"/agents/{AGENT}", json={"status": "suspended"}),
        hall.ask("PATCH", f"/agents/{AGENT}", json={"modelHash": "a" * 64}),
        hall.ask("POST", f"/agents/{AGENT}/halt", LACKING[Right.READ]),
    ]
    for answer in refused:
        said = answer.json()
        assert (answer.status_code, said["code"]) == (422, "people_only")
        command = said["error"].partition("run: kya ")[2].split()
        assert unknown_words(command) == [], said["error"]


def test_an_agent_is_asked_for_once_and_shown_as_it_comes_nearer() -> None:
    world = at_work()
    hall = Hall(world)
    wanted = {"name": "wanted", "model": "m", "version": "1"}
    assert hall.ask("POST", "/agents", json=wanted).status_code == 201
    assert hall.ask("POST", "/agents", json=wanted).status_code == 409
    for wrong in ({"name": AGENT}, {"name": "a b"}, {"modelHash": "x"}, {"model": 1}):
        refused = hall.ask("POST", "/agents", json={**wanted, **wrong})
        assert refused.status_code in {400, 409}
    change = {"name": "wanted", "modelHash": "A" * 64, "metadata": {"team": "fx"}}
    agent = hall.ask("PATCH", "/agents/wanted", json=change).json()["data"]
    assert agent["model_hash"] == "sha256:" + "a" * 64
    assert agent["metadata"]["team"] == "fx"
    assert len(agent["metadata"]["kya"]["next"]) == 3
    page = hall.ask("GET", "/agents?limit=1").json()
    assert [each["id"] for each in page["data"]] == [AGENT]
    before = page["pagination"]["next_cursor"]
    rest = hall.ask("GET", f"/agents?before={before}").json()
    assert [each["id"] for each in rest["data"]] == ["wanted"]
    assert not rest["pagination"]["has_next_page"]
    [said] = hall.ask("GET", "/agents?status=suspended").json()["data"]
    assert said["id"] == "wanted"


def test_a_registered_agent_lacks_its_enrolment_alone() -> None:
    world = World()
    world.append(acts.resolve(the_mandate(agent="second"), *world.directors))
    hall = Hall(world)
    wanted = {"name": "second", "model": "m", "version": "1"}
    told = hall.ask("POST", "/agents", json=wanted).json()["data"]
    assert told["metadata"]["kya"]["next"][0].startswith("kya agent register second")
    digest = canonical.digest(render_mandate(the_mandate(agent="second")))
    world.register("second", mandate=digest)
    hall.look()
    told = hall.shown("/agents/second")["metadata"]["kya"]
    assert told["next"] == ["kya agent enrol second --token-file FILE"]
    hall.now = hall.now.plus(seconds=3_600)
    told = hall.shown("/agents/second")["metadata"]["kya"]
    assert len(told["next"]) == 2


def test_nobody_signs_without_the_key_or_the_person() -> None:
    hall = Hall(at_work())
    zoe = NoteSigner("zoe", signer_for("zoe"))
    hall.service = replace(hall.service, held={}, people={"operator:alice": zoe})
    hall.app = create_kakunin_app(hall.service)
    said = hall.ask("POST", SIGN, json={"payload": ORDER})
    assert (said.status_code, said.json()["code"]) == (422, "no_key")
    size = len(hall.world.entries)
    said = hall.ask("POST", f"/agents/{AGENT}/halt")
    assert said.status_code == 422
    assert "the gateway refuses it" in said.json()["error"]
    assert len(hall.world.entries) == size
    assert hall.ask("POST", "/agents/none/halt").status_code == 404
    assert hall.ask("GET", "/agents/none/risk").status_code == 404
    assert hall.ask("GET", "/agents/none/forensics").status_code == 404


def test_a_chain_that_the_log_contradicts_is_told(hall: Hall) -> None:
    made = hall.ask("POST", "/chains", json={"name": "two"}).json()["data"]
    name = made["chain_id"]
    signed = {"payload": {**ORDER, "chain_id": name}}
    hall.ask("POST", SIGN, json=signed)
    assert hall.ask("GET", f"/verify/chain/{name}", None).json()["data"]["note"] == (
        f"entry {len(hall.world.entries) - 2} is not published yet"
    )
    hall.look()
    assert len(hall.shown(f"/chains/{name}")["events"]) == 1
    assert hall.ask("GET", f"/chains/{name}", "another").status_code == 404
    hall.ask("POST", f"/chains/{name}/close")
    forged = ChainOrder(chain=name, agent=AGENT, seq=1, entry=1, leaf="0" * 64)
    again = Notebook(hall.lines)
    again.chain(name).orders[0] = forged
    hall.service.notebook.chains[name] = again.chain(name)
    said = hall.ask("GET", f"/verify/chain/{name}", None).json()["data"]
    assert (said["verified"], said["note"]) == (
        False,
        "its orders are not those that it was closed with",
    )
    again.chain(name).closed = None
    said = hall.ask("GET", f"/verify/chain/{name}", None).json()["data"]
    assert said["note"] == "entry 1 of the log is another one"


def test_a_log_that_contradicts_itself_answers_nothing() -> None:
    hall = Hall(at_work())
    hall.gateway.changed = lambda path, raw: raw[:-3] if path == "checkpoint" else raw
    hall.look()
    answer = hall.ask("GET", "/agents")
    assert answer.status_code == 503
    assert "contradicts itself" in answer.json()["error"]
    assert hall.ask("POST", SIGN, json={"payload": ORDER}).status_code == 503
    assert hall.agent.submitted == []


def test_too_many_requests_are_told_when_to_come_again() -> None:
    seconds = [0.0]
    hall = Hall(at_work(), seconds=lambda: seconds[0])
    statuses = [hall.ask("GET", "/verify/AB", None).status_code for _ in range(100)]
    assert set(statuses) == {404}
    late = hall.ask("GET", "/verify/AB", None)
    assert (late.status_code, late.headers["retry-after"]) == (429, "1")
    assert hall.ask("GET", f"/agents/{AGENT}").status_code == 200
    seconds[0] = 1.0
    assert hall.ask("GET", "/verify/AB", None).status_code == 404


def test_a_report_is_of_real_evidence_and_one_at_a_time() -> None:
    hall = Hall(at_work())
    hall.ask("POST", SIGN, json={"payload": ORDER})
    hall.look()
    asked = {"agentId": AGENT, "windowDays": 1, "notes": "for the board"}
    made = hall.ask("POST", "/reports/compliance", json=asked).json()["data"]
    assert made["status"] == "ready", made["summary"]
    answers = hall.ask("GET", f"/reports/{made['id']}/findings").json()["answers"]
    assert [each["verdict"] for each in answers[:4]] == ["HOLDS"] * 4
    assert made["notes"] == "for the board"
    assert hall.ask("GET", f"/reports/{made['id']}/pdf").status_code == 422
    for wrong in (
        {"windowDays": 0},
        {"windowDays": "7"},
        {"windowDays": True},
        {"windowDays": 367},
    ):
        said = hall.ask("POST", "/reports/compliance", json={**asked, **wrong})
        assert said.status_code == 400
    other = {**asked, "agentId": "nobody"}
    assert hall.ask("POST", "/reports/compliance", json=other).status_code == 404

    async def two() -> list[httpx.Response]:
        sent = [hall.send("POST", "/reports/compliance", json=asked) for _ in "ab"]
        return await asyncio.gather(*sent)

    answers = asyncio.run(two())
    assert sorted(each.status_code for each in answers) == [201, 429]
    del hall.lines.lines[-2:]
    interrupted = Lines(hall.lines.lines[:-1])
    [begun] = Notebook(interrupted).reports.values()
    assert (begun.status, begun.summary) == ("failed", "it was not ready at a restart")


def test_a_report_of_a_log_that_cannot_be_read_has_failed() -> None:
    hall = Hall(at_work())
    hall.gateway.fault = TransientError("nobody answers")
    made = hall.ask("POST", "/reports/compliance", json={"agent_id": AGENT})
    assert (made.json()["data"]["status"], made.json()["data"]["summary"]) == (
        "failed",
        "nobody answers",
    )
    path = f"/reports/{made.json()['data']['id']}/findings"
    assert hall.ask("GET", path).status_code == 404


def test_lines_come_back_as_they_were_kept(hall: Hall) -> None:
    for line in hall.lines.lines:
        assert read_line(render_line(line).rstrip(b"\n")) == line
    with pytest.raises(MalformedError, match="want a line of ours"):
        read_line(b'{"type":"unknown"}')
