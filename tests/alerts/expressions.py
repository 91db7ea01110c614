"""Parser of PromQL expressions: their metrics, and the labels of their selectors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_WORDS = frozenset({"or", "and", "unless", "offset", "bool", "Inf", "NaN"})


def wanted(expression: str) -> dict[str, set[str]]:
    """Metrics, each with the labels of its selectors."""
    found: dict[str, set[str]] = {}
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', expression)
    # Labels of grouping and matching belong to no single metric.
    bare = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", bare)
    bare = re.sub(r"\[[^\]]*\]|\boffset\s+\S+", " ", bare)
    for name, call, selector in re.findall(rf"(?<![\w.])({_NAME})\s*(\()?(?:{{([^}}]*)}})?", bare):
        if not call and name not in _WORDS:
            found.setdefault(name, set()).update(re.findall(rf"({_NAME})\s*(?:=~|!~|!=|=)", selector))
    return found


def rules() -> list[dict[str, Any]]:
    paths = sorted((DEPLOY / "prometheus" / "rules").glob("*.yml"))
    groups = [group for path in paths for group in yaml.safe_load(path.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def dashboards() -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted((DEPLOY / "grafana").rglob("*.json"))]


def expressions() -> Iterator[tuple[str, str]]:
    """Expressions of rules and dashboards, each with its place."""
    for rule in rules():
        yield rule.get("alert") or rule["record"], rule["expr"]
    for board in dashboards():
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield f"{board['title']}: {panel['title']}", target["expr"]
