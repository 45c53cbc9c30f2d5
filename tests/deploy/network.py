"""What NetworkPolicies let through: the rules of networking.k8s.io/v1, as a function.

A pod that a policy of a direction selects may do what one of them allows, and nothing
else; a pod that none selects may do all. Both ends must agree. What is written here in
no manifest of ours, named ports, ranges and match expressions, is refused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any, Final, TypeAlias

Rules: TypeAlias = list[dict[str, Any]]
_SIDES: Final = {"Egress": ("egress", "to"), "Ingress": ("ingress", "from")}


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod of the cluster."""

    namespace: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Address:
    """Whatever is outside of the cluster's pods."""

    text: str


End: TypeAlias = Pod | Address


@dataclass(frozen=True, slots=True)
class Door:
    """Where somebody may listen."""

    protocol: str
    port: int


def is_let_through(
    policies: Iterable[Mapping[str, Any]], source: End, target: End, door: Door
) -> bool:
    """Tell whether a connection is allowed by all who have a say."""
    known = list(policies)
    return _may(known, source, target, door, "Egress") and _may(
        known, target, source, door, "Ingress"
    )


def _may(
    policies: list[Mapping[str, Any]],
    subject: End,
    other: End,
    door: Door,
    direction: str,
) -> bool:
    if isinstance(subject, Address):
        return True
    chosen = [each for each in policies if _selects(each, subject, direction)]
    rules_of, ends_of = _SIDES[direction]
    return not chosen or any(
        _allows(rule, ends_of, other, door, policy["metadata"]["namespace"])
        for policy in chosen
        for rule in policy["spec"].get(rules_of, [])
    )


def _selects(policy: Mapping[str, Any], pod: Pod, direction: str) -> bool:
    return (
        policy["metadata"]["namespace"] == pod.namespace
        and direction in policy["spec"]["policyTypes"]
        and _matches(policy["spec"]["podSelector"], pod.labels)
    )


def _allows(
    rule: Mapping[str, Any], ends_of: str, other: End, door: Door, namespace: str
) -> bool:
    ends, ports = rule.get(ends_of), rule.get("ports")
    return (ends is None or any(_is_meant(end, other, namespace) for end in ends)) and (
        ports is None or any(_is_door(each, door) for each in ports)
    )


def _is_door(port: Mapping[str, Any], door: Door) -> bool:
    if not isinstance(port["port"], int) or "endPort" in port:
        raise NotImplementedError("want a port as a number, and no range")
    return (port.get("protocol", "TCP"), port["port"]) == (door.protocol, door.port)


def _is_meant(end: Mapping[str, Any], other: End, namespace: str) -> bool:
    if block := end.get("ipBlock"):
        # Pods have addresses, too, but none that a manifest may count on.
        if isinstance(other, Pod) or block.keys() != {"cidr"}:
            return False
        return ip_address(other.text) in ip_network(block["cidr"])
    if isinstance(other, Address):
        return False
    spaces = end.get("namespaceSelector")
    if spaces is None:
        return other.namespace == namespace and _matches(
            end["podSelector"], other.labels
        )
    name = {"kubernetes.io/metadata.name": other.namespace}
    return _matches(spaces, name) and _matches(end.get("podSelector", {}), other.labels)


def _matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    if selector.keys() - {"matchLabels"}:
        raise NotImplementedError("want matchLabels, and nothing else")
    wanted: dict[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()
