"""What the operators' page must hold, and that its test can fail. `tests/e2e` runs its commands."""

from __future__ import annotations

import re
from pathlib import Path

from tests.operator_commands.page import PAGE, filled, missing, read_blocks

ALERTS = (
    *("no-pollers", "non-determinism", "queue-age", "failed-uploads", "stream-errors"),
    *("cpu", "memory", "stalled-stages", "store-not-ready", "database-not-ready"),
)
RULES = Path(__file__).parents[2] / "deploy" / "prometheus"


def anchors(text: str) -> set[str]:
    """Of a page's headings, as a forge makes them, and of its own marks."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    marks = set(re.findall(r'<a id="([^"]+)">', text))
    return marks | {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_alert_finds_its_place() -> None:
    named = set(ALERTS)
    for rules in RULES.rglob("*.yml"):
        named |= set(re.findall(r"operations\.md#([\w-]+)", rules.read_text()))
    assert named - anchors(PAGE.read_text()) == set()


def test_every_link_within_the_page_leads_somewhere() -> None:
    text = PAGE.read_text()
    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) - anchors(text) == set()


def test_only_what_needs_another_machine_is_not_run() -> None:
    blocks, elsewhere = read_blocks(PAGE.read_text())
    # Backups have a test of their own, and `mv` and the rest belong to it.
    foreign = r"(make|mv|docker|kubectl|nvidia-smi|temporal-sql-tool|pg_|psql|mc|aws|rclone)"
    assert [command for command in elsewhere if not re.match(foreign, command)] == []
    assert len(blocks) > 20


def test_a_command_outside_a_block_is_only_one_that_a_block_has_too() -> None:
    text = PAGE.read_text()
    blocks, _ = read_blocks(text)
    run = {command for block in blocks for command in block.commands}
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    named = set(re.findall(r"`((?:temporal|tctl|python -m adapters\.setup) [^`]+)`", prose))
    assert [name for name in named if not any(command.startswith(name) for command in run)] == []


def test_what_is_not_printed_is_noticed() -> None:
    printed = "  Name      CreateTime\n  sweep     3 seconds ago\n"
    assert missing(printed, ("Name  CreateTime", "sweep  …")) is None
    assert missing(printed, ("Name  CreateTime", "sweeper  …")) == "sweeper  …"
    assert missing(printed, ("sweep …", "Name …")) == "Name …"


def test_the_longest_placeholder_counts() -> None:
    names = {"TASK": "t-1", "PARKED_TASK": "t-2"}
    assert filled("reset TASK, retry PARKED_TASK", names) == "reset t-1, retry t-2"
