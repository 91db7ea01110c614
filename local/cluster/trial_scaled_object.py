"""ScaledObject of a trial: the product's, with the trial's addresses and shorter waits."""

from __future__ import annotations

import copy

from local.cluster.kubectl import Manifest

# Instead of ten minutes, and of one pod a minute: long enough to see that pods stay and then go.
WINDOW_S = 30
STEP_S = 15


def for_trial(scaled: Manifest, temporal_address: str, prometheus_url: str) -> Manifest:
    """The object with the trial's addresses and shortened waits, otherwise unchanged."""
    changed = copy.deepcopy(scaled)
    for trigger in changed["spec"]["triggers"]:
        if trigger["type"] == "temporal":
            trigger["metadata"]["endpoint"] = temporal_address
        elif trigger["type"] == "prometheus":
            trigger["metadata"]["serverAddress"] = prometheus_url
    changed["spec"]["cooldownPeriod"] = WINDOW_S
    down = changed["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
    down["stabilizationWindowSeconds"] = WINDOW_S
    for policy in down["policies"]:
        policy["periodSeconds"] = STEP_S
    return changed


def differences(before: object, after: object, path: str = "") -> list[str]:
    """A line for each value that differs, such as `spec.cooldownPeriod: 600 -> 30`."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = list(dict.fromkeys([*before, *after]))
        return [
            line for key in keys for line in differences(before.get(key), after.get(key), f"{path}.{key}")
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [line for number, (old, new) in pairs for line in differences(old, new, f"{path}[{number}]")]
    return [] if before == after else [f"{path.removeprefix('.')}: {before} -> {after}"]
