"""The published client, unmodified, against a real gateway and this server."""

import subprocess
from typing import Any, Final

from tests.kakunin_api.moved import AGENT, PYTHON, Client, Served, key
from tests.surface.blocks import ROOT, blocks

PAGE: Final = ROOT / "docs" / "how-to" / "move-from-kakunin.md"

ORDER = {"market": "EUR_USD", "side": "buy", "amount": "100.00", "currency": "EUR"}
SCOPE = {
    "max_single_trade_usd": 25000.0,
    "daily_limit_usd": 500000.0,
    "permitted_instruments": ["EUR_USD"],
    "permitted_venues": ["SIMA"],
    "leverage_permitted": False,
}


def ask_for(client: Client, name: str, **more: object) -> dict[str, Any]:
    """Ask for an agent."""
    wanted = {"model": "m-1", "version": "1", "model_hash": "sha256:" + "a" * 64}
    return client.call("agents.create", name=name, **{**wanted, **more})


def test_an_agent_that_is_asked_for_may_do_nothing(client: Client) -> None:
    made = ask_for(client, "wanted", financial_scope=SCOPE, metadata={"scopes": ["x"]})
    agent = made["returned"]
    assert (agent["status"], agent["model_hash"]) == ("suspended", "sha256:" + "a" * 64)
    assert agent["metadata"]["scopes"] == []
    kya = agent["metadata"]["kya"]
    assert kya["standing"] == "pending"
    assert "kya agent register wanted" in kya["next"][1]
    assert kya["mandate_draft"]["scope"]["order_max"] == "25000.00"
    assert kya["mandate_draft"]["scope"]["markets"] == ["EUR/USD"]
    certified = client.call("agents.certify", agent_id="wanted")
    assert certified["raised"] == "UnprocessableError"
    assert "kya agent register wanted" in certified["message"]
    assert client.call("agents.sign", agent_id="wanted", payload=ORDER)["raised"] == (
        "NotFoundError"
    )
    assert client.call("scope.check", agent_id="wanted", required=None)["raised"] == (
        "ScopeViolationError"
    )
    assert ask_for(client, "wanted")["raised"] == "ConflictError"


def test_an_enrolled_agent_is_shown_with_what_its_certificate_grants(
    client: Client, here: Served
) -> None:
    agent = client.returned("agents.get", agent_id=AGENT)
    assert (agent["status"], agent["metadata"]["kya"]["standing"]) == (
        "active",
        "valid",
    )
    permitted = client.call("scope.check", agent_id=AGENT, required=["order.new"])
    assert permitted == {"returned": "went on"}
    refused = client.call("scope.check", agent_id=AGENT, required=["order.withdraw"])
    assert refused["raised"] == "ScopeViolationError"
    certificate = client.returned("agents.certify", agent_id=AGENT)
    on_disk = (here.up.data / f"agents/{AGENT}/certificate.pem").read_text()
    assert certificate["pem"] == on_disk
    assert certificate["status"] == "active"


def test_labels_are_kept_and_grant_nothing(client: Client) -> None:
    labels = {"team": "fx", "scopes": ["order.withdraw"], "kya": "x", "share": 0.5}
    agent = client.returned("agents.update", agent_id=AGENT, metadata=labels)
    assert agent["metadata"]["team"] == "fx"
    assert agent["metadata"]["share"] == "0.5"
    assert agent["metadata"]["scopes"] == ["order.cancel", "order.new"]
    for change in ({"status": "active"}, {"status": "gone"}, {"name": "other"}):
        said = client.call("agents.update", agent_id=AGENT, **change)
        assert said["raised"] == "UnprocessableError", said
    pinned = client.call("agents.update", agent_id=AGENT, model_hash="a" * 64)
    assert "kya agent pin bot" in pinned["message"]


def test_a_signature_is_an_allowed_orders_and_no_others(client: Client) -> None:
    signed = client.returned("agents.sign", agent_id=AGENT, payload=ORDER)
    assert len(signed["payload_hash"]) == len("sha256:") + 64
    assert "decision" not in signed
    asked = {
        "agent_id": AGENT,
        "payload": ORDER,
        "signature": signed["signature"],
        "certificate_serial": signed["certificate_serial"],
    }
    assert client.returned("verify.message", **asked)["valid"]
    for change in (
        {"payload": {**ORDER, "amount": "100.01"}},
        {"payload": {**ORDER, "side": "sell"}},
        {"signature": signed["signature"][:-8] + "AAAAAAAA"},
        {"signature": "signed"},
    ):
        said = client.returned("verify.message", **{**asked, **change})
        assert not said["valid"], change
    unknown = client.call("verify.message", **{**asked, "certificate_serial": "AB"})
    assert unknown["raised"] == "NotFoundError"
    spelt = ":".join(
        signed["certificate_serial"][at : at + 2].lower() for at in range(0, 32, 2)
    )
    shown = client.returned("verify.certificate", serial=spelt)
    assert (shown["valid"], shown["is_proof_of_possession"]) == (True, False)


def test_a_denied_order_is_an_exception_with_its_reason(client: Client) -> None:
    large = {**ORDER, "amount": "25000.01"}
    said = client.call("agents.sign", agent_id=AGENT, payload=large)
    assert said["raised"] == "UnprocessableError"
    assert "above the order maximum of EUR 25000.00" in said["message"]
    both = {**ORDER, "amount_usd": "100.00"}
    said = client.call("agents.sign", agent_id=AGENT, payload=both)
    assert (said["raised"], "amount_usd" in said["message"]) == (
        "ValidationError",
        True,
    )
    said = client.call("agents.sign", agent_id=AGENT, payload={"text": "I agree"})
    assert said["raised"] == "UnprocessableError"
    twice = {**ORDER, "client_order_id": "once"}
    client.returned("agents.sign", agent_id=AGENT, payload=twice)
    said = client.call("agents.sign", agent_id=AGENT, payload=twice)
    assert "was used already" in said["message"]


def test_a_chain_groups_orders_and_is_compared_with_the_log(client: Client) -> None:
    chain = client.returned("chains.create", name="rebalance", metadata={"a": 1})
    name = chain["chain_id"]
    for amount in ("1.00", "25000.01", "2.00"):
        payload = {**ORDER, "amount": amount, "chainId": name}
        client.call("agents.sign", agent_id=AGENT, payload=payload)
    signature = client.call(
        "agents.sign", agent_id=AGENT, payload={**ORDER, "chain_id": name}
    )["returned"]
    given = {"payload": ORDER, "signature": signature["signature"]}
    serial = signature["certificate_serial"]
    # Its answer comes once the order is published, and so does the chain's.
    client.returned(
        "verify.message", agent_id=AGENT, certificate_serial=serial, **given
    )
    open_one = client.returned("verify.chain", chain_id=name)
    assert (open_one["status"], open_one["verified"]) == ("open", None)
    shown = client.returned("chains.get", chain_id=name)
    kinds = [event["action_type"] for event in shown["events"]]
    assert (
        kinds
        == ["transaction_initiated", "unauthorized_access_attempt"]
        + ["transaction_initiated"] * 2
    )
    closed = client.returned("chains.close", chain_id=name)
    checked = client.returned("verify.chain", chain_id=name)
    assert (checked["verified"], checked["event_count"]) == (True, 4)
    assert checked["chain_hash"] == closed["chain_hash"]
    assert client.call("chains.close", chain_id=name)["raised"] == "ConflictError"
    late = client.call(
        "agents.sign", agent_id=AGENT, payload={**ORDER, "chain_id": name}
    )
    assert late["raised"] == "ConflictError"
    listed, _ = client.returned("chains.list", status="closed")
    assert [each["chain_id"] for each in listed] == [name]


def test_decisions_are_the_events_and_nobody_adds_one(client: Client) -> None:
    added = client.call("events.create", agent_id=AGENT, action_type="api_call")
    assert added["raised"] == "UnprocessableError"
    # Its hooks for frameworks pass over that, and the bot goes on.
    assert client.call("events.emit", agent_id=AGENT) == {"returned": "went on"}
    seen: list[int] = []
    before: str | None = None
    while True:
        events, page = client.returned("events.list", limit=2, before=before)
        seen += [event["payload"]["seq"] for event in events]
        assert {event["risk_band"] for event in events} <= {"high"}
        before = page["next_cursor"]
        if not page["has_next_page"]:
            break
    assert seen == sorted(set(seen), reverse=True)
    assert seen[-1] == 1
    assert client.returned("events.list", band="low")[0] == []
    denied, _ = client.returned(
        "events.list", agent_id=AGENT, action_type="unauthorized_access_attempt"
    )
    assert denied
    assert all(e["payload"]["scope"]["result"] == "denied" for e in denied)


def test_an_agent_without_a_baseline_counts_as_the_worst(client: Client) -> None:
    risk = client.returned("agents.risk", agent_id=AGENT, window_days=1)
    assert (risk["risk_score"], risk["risk_band"]) == (1.0, "high")
    assert risk["event_count"] == risk["high_risk_count"] > 0
    # What the page says that this client cannot show.
    assert not {"factors", "anomaly", "scope"} & risk.keys()
    assert risk["drift"] is None


def test_a_report_is_what_our_verifier_finds(client: Client) -> None:
    made = client.returned("reports.create", agent_id=AGENT, window_days=2)
    assert made["status"] == "ready"
    assert "1 HOLDS, 2 HOLDS" in made["summary"]
    assert client.returned("reports.get", report_id=made["id"]) == made
    refused = client.call(
        "reports.create", agent_id=AGENT, standards_frameworks=["iso_27001"]
    )
    assert refused["raised"] == "UnprocessableError"
    assert client.call("reports.get", report_id="none")["raised"] == "NotFoundError"


def test_every_refusal_is_the_exception_that_callers_expect(client: Client) -> None:
    said = client.under("nobody").call("agents.list")
    assert (said["raised"], said["status"]) == ("AuthenticationError", 401)
    reader, other = client.under("reader"), client.under("other")
    said = reader.call("agents.sign", agent_id=AGENT, payload=ORDER)
    assert (said["raised"], said["status"]) == ("KakuninError", 403)
    assert reader.call("events.list", limit=201)["raised"] == "ValidationError"
    agents, page = other.returned("agents.list")
    assert (agents, page["has_next_page"]) == ([], False)
    said = other.call("agents.sign", agent_id=AGENT, payload=ORDER)
    assert said["raised"] == "NotFoundError"
    # A hundred pass, and five more for each three seconds that it takes.
    late = client.call("verify.ask_on", serial="AB", times=140)
    assert (late["raised"], late["retry_after"]) == ("RateLimitError", 1)


def test_the_program_on_the_page_runs_and_prints_what_became_of_its_orders(
    client: Client, here: Served
) -> None:
    assert client.process.poll() is None
    [program] = [block for block in blocks(PAGE) if block.language == "python"]
    settings = {
        "KAKUNIN_BASE_URL": here.url,
        "KAKUNIN_API_KEY": key("all"),
        "KAKUNIN_AGENT_ID": AGENT,
    }
    said = subprocess.run(
        [PYTHON, "-c", program.text],
        env=settings,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert said[0].startswith("allowed, signed under ")
    assert "EUR 180000.00 is above the order maximum" in said[1]


def test_one_person_halts_by_the_token_that_is_bound_to_them(client: Client) -> None:
    alone = client.under("unbound").call("agents.halt", agent_id=AGENT)
    assert "kya gateway halt --place agent:bot" in alone["message"]
    halted = client.returned("agents.halt", agent_id=AGENT, reason="regulatory_order")
    assert len(halted["halt_event_id"]) == 64
    denied = client.call("agents.sign", agent_id=AGENT, payload=ORDER)
    assert "trading is stopped" in denied["message"]
