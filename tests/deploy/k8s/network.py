"""Evaluation of network policies: a connection needs permission at both ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from tests.deploy.k8s.manifests import Object, selects


@dataclass(frozen=True)
class Pod:
    name: str
    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


def may_call(
    policies: Iterable[Object], source: Pod, target: Pod | str, port: int, protocol: str = "TCP"
) -> bool:
    """True when `source` may connect. `target` is a pod, or an address outside, which has no policies."""
    policies = list(policies)
    if not _allowed(policies, source, "Egress", target, port, protocol):
        return False
    return isinstance(target, str) or _allowed(policies, target, "Ingress", source, port, protocol)


def _allowed(
    policies: list[Object], guarded: Pod, direction: str, peer: Pod | str, port: int, protocol: str
) -> bool:
    own = [
        policy["spec"]
        for policy in policies
        if policy["metadata"]["namespace"] == guarded.namespace
        and direction in policy["spec"]["policyTypes"]
        and selects(policy["spec"]["podSelector"], guarded.labels)
    ]
    if not own:
        return True
    peers = "to" if direction == "Egress" else "from"
    return any(
        _port_fits(rule, port, protocol)
        and (peers not in rule or any(_peer_fits(each, guarded, peer) for each in rule[peers]))
        for spec in own
        for rule in spec.get(direction.lower(), [])
    )


def _port_fits(rule: Object, port: int, protocol: str) -> bool:
    ports = rule.get("ports")
    return ports is None or any(each["port"] == port and each["protocol"] == protocol for each in ports)


def _peer_fits(peer: Object, guarded: Pod, other: Pod | str) -> bool:
    if "ipBlock" in peer:
        # Whether an ipBlock matches pods depends on the network plugin: assume that it does not.
        return isinstance(other, str) and _within(peer["ipBlock"], other)
    if isinstance(other, str):
        return False
    if "namespaceSelector" not in peer:
        same = other.namespace == guarded.namespace
        return same and selects(peer["podSelector"], other.labels)
    named = {"kubernetes.io/metadata.name": other.namespace}
    return selects(peer["namespaceSelector"], named) and selects(peer.get("podSelector", {}), other.labels)


def _within(block: Object, text: str) -> bool:
    address = ip_address(text)
    inside = [ip_network(cidr) for cidr in (block["cidr"], *block.get("except", []))]
    return address in inside[0] and not any(address in part for part in inside[1:])
