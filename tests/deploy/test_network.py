"""The bot has no road but the gateway, and only the gateway has one to a venue."""

from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest

from tests.deploy.manifests import OVERLAYS, of_kind, templates
from tests.deploy.network import Address, Door, End, Pod, is_let_through

PODS: Final = {
    name: Pod(found.namespace, found.labels) for name, found in templates().items()
}
ENDS: Final[dict[str, End]] = {
    **PODS,
    "names": Pod("kube-system", {"k8s-app": "kube-dns"}),
    "stranger": Pod("default", {"app": "bot"}),
    "neighbour of the bot": Pod("kya-agents", {"app": "other"}),
    "neighbour of the gateway": Pod("kya-gateway", {"app": "other"}),
    "false gateway": Pod("default", {"app": "gateway"}),
    "venue": Address("203.0.113.10"),
    "beside the venue": Address("203.0.113.11"),
    "the world": Address("198.51.100.7"),
    "cluster's API": Address("10.96.0.1"),
    "metadata": Address("169.254.169.254"),
}
DOORS: Final = tuple(
    Door(protocol, port)
    for protocol in ("TCP", "UDP")
    for port in (22, 53, 80, 443, 988, 5432, 8700, 8701, 8702, 10250)
)
OURS: Final = frozenset(PODS) | {"neighbour of the bot", "neighbour of the gateway"}
ORDERS, CHANNELS, SECURE = Door("TCP", 8700), Door("TCP", 8701), Door("TCP", 443)
NAMES: Final = (Door("UDP", 53), Door("TCP", 53))
EXPECTED: Final = frozenset(
    {
        ("bot", "gateway", ORDERS),
        ("bot", "gateway", CHANNELS),
        ("gateway", "venue", SECURE),
        *(("bot", "names", door) for door in NAMES),
        *(("gateway", "names", door) for door in NAMES),
    }
)
Road = tuple[str, str, Door]


def roads(*overlays: Path) -> frozenset[Road]:
    """Every road that begins or ends at a pod of ours."""
    policies: list[dict[str, Any]] = [*of_kind("NetworkPolicy")]
    policies += [each for path in overlays for each in of_kind("NetworkPolicy", path)]
    return frozenset(
        (source, target, door)
        for source, target, door in product(ENDS, ENDS, DOORS)
        if source != target
        and OURS & {source, target}
        and is_let_through(policies, ENDS[source], ENDS[target], door)
    )


def test_there_are_these_roads_and_no_others() -> None:
    assert roads() == EXPECTED


def test_the_bot_reaches_the_gateway_and_names_alone() -> None:
    assert {target for source, target, _ in roads() if source == "bot"} == {
        "gateway",
        "names",
    }


def test_nobody_but_the_gateway_reaches_the_venue() -> None:
    assert {source for source, target, _ in roads() if target == "venue"} == {"gateway"}


def test_nobody_reaches_the_authority_but_by_the_gateways_two_doors() -> None:
    # It has no process of its own: its desk is in the gateway's pod.
    into = {road for road in roads() if road[1] == "gateway"}
    assert into == {("bot", "gateway", ORDERS), ("bot", "gateway", CHANNELS)}


def test_nobody_reaches_the_bot() -> None:
    assert not [road for road in roads() if road[1] == "bot"]


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.stem)
def test_with_a_key_in_a_kms_the_bot_still_reaches_no_venue(overlay: Path) -> None:
    more = roads(overlay) - EXPECTED
    allowed = {"metadata"} if overlay.stem == "gcp" else set()
    assert {target for _, target, _ in more} == allowed
    assert {source for source, _, _ in more} <= {"bot"}


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.stem)
def test_a_road_to_a_kms_leads_to_single_addresses(overlay: Path) -> None:
    (policy,) = of_kind("NetworkPolicy", overlay)
    blocks = [
        end["ipBlock"]["cidr"]
        for rule in policy["spec"]["egress"]
        for end in rule["to"]
    ]
    assert blocks
    assert all(block.endswith("/32") for block in blocks)


# ------------------------------------------------------------- the evaluator itself

HERE: Final = Pod("a", {"app": "x"})
THERE: Final = Pod("b", {"app": "y"})


def policy(**spec: object) -> dict[str, Any]:
    return {
        "metadata": {"namespace": "a"},
        "spec": {"podSelector": {}, "policyTypes": ["Egress"], **spec},
    }


def test_without_a_policy_everything_is_let_through() -> None:
    assert is_let_through([], HERE, THERE, SECURE)


def test_a_policy_of_another_namespace_says_nothing() -> None:
    assert not is_let_through([policy()], HERE, THERE, SECURE)
    assert is_let_through([policy()], THERE, HERE, SECURE)


def test_a_rule_without_ends_or_ports_means_all_of_them() -> None:
    assert is_let_through([policy(egress=[{}])], HERE, THERE, SECURE)


def test_two_policies_allow_what_either_does() -> None:
    other = policy(egress=[{"ports": [{"port": 443}]}])
    assert is_let_through([policy(), other], HERE, THERE, SECURE)
    assert not is_let_through([policy(), other], HERE, THERE, ORDERS)


def test_a_selector_of_pods_alone_means_the_policys_own_namespace() -> None:
    rule = {"to": [{"podSelector": {"matchLabels": {"app": "y"}}}]}
    beside = Pod("a", {"app": "y"})
    assert is_let_through([policy(egress=[rule])], HERE, beside, SECURE)
    assert not is_let_through([policy(egress=[rule])], HERE, THERE, SECURE)


def test_both_ends_must_agree() -> None:
    closed = policy(policyTypes=["Ingress"])
    assert not is_let_through([closed], THERE, HERE, SECURE)
    assert is_let_through([closed], HERE, THERE, SECURE)


@pytest.mark.parametrize(
    "spec",
    [
        {"podSelector": {"matchExpressions": []}},
        {"egress": [{"ports": [{"port": "https"}]}]},
        {"egress": [{"ports": [{"port": 1, "endPort": 9}]}]},
    ],
)
def test_what_it_does_not_know_it_does_not_guess(spec: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedError, match="want"):
        is_let_through([policy(**spec)], HERE, THERE, SECURE)
