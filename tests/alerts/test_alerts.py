"""Alert rules fire in their cases and not otherwise, and link to instructions."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.tools import Toolbox

PROMETHEUS = Path(__file__).parents[2] / "deploy" / "prometheus"
RULES = sorted((PROMETHEUS / "rules").glob("*.yml"))
CASES = sorted((PROMETHEUS / "tests").glob("*.yml"))


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = Toolbox().find("promtool")
    assert program is not None, "no promtool: run `make test-tools`"
    return subprocess.run([str(program), *arguments], capture_output=True, text=True, check=False)


def alerts() -> list[dict[str, Any]]:
    groups = [group for path in RULES for group in yaml.safe_load(path.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def test_the_configuration_and_its_rules_are_valid() -> None:
    done = promtool("check", "config", str(PROMETHEUS / "prometheus.yml"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert all(path.name in done.stdout for path in RULES)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_alerts_fire_when_they_should_and_not_before(case: Path) -> None:
    done = promtool("test", "rules", str(case))

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_fires_in_a_case() -> None:
    """Finds a rule whose expression can never be true."""
    checks = [
        check
        for path in CASES
        for case in yaml.safe_load(path.read_text())["tests"]
        for check in case.get("alert_rule_test", [])
    ]
    fired = {
        (check["alertname"], alert["exp_labels"]["severity"])
        for check in checks
        for alert in check["exp_alerts"]
    }

    assert {(rule["alert"], rule["labels"]["severity"]) for rule in alerts()} == fired


def anchors(page: str) -> set[str]:
    """Link targets in a page: its headings and explicit anchors."""
    headings = re.findall(r"^#+ (.+)$", page, re.M)
    slugs = (re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings)
    return {*slugs, *re.findall(r'<a id="([^"]+)">', page)}


def test_every_alert_has_a_severity_and_a_link_to_instructions() -> None:
    page = anchors((PROMETHEUS.parents[1] / "docs" / "operations.md").read_text())
    assert len(alerts()) == 26
    for rule in alerts():
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
        place, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        assert place == "docs/operations.md"
        assert anchor in page
