"""Structure of the operations page, and checks of its parser. `tests/e2e` runs its commands."""

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
    """Anchors of a page: of its headings, in GitHub's form, and explicit ones."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    marks = set(re.findall(r'<a id="([^"]+)">', text))
    return marks | {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_alert_links_to_a_section() -> None:
    named = set(ALERTS)
    for rules in RULES.rglob("*.yml"):
        named |= set(re.findall(r"operations\.md#([\w-]+)", rules.read_text()))
    assert named - anchors(PAGE.read_text()) == set()


def test_every_link_within_the_page_leads_somewhere() -> None:
    text = PAGE.read_text()
    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) - anchors(text) == set()


def test_only_what_needs_another_machine_is_not_run() -> None:
    blocks, elsewhere = read_blocks(PAGE.read_text())
    # `mv` and the other commands of backups are covered by test_backup.py.
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


def test_a_missing_output_line_is_reported() -> None:
    printed = "  Name      CreateTime\n  sweep     3 seconds ago\n"
    assert missing(printed, ("Name  CreateTime", "sweep  …")) is None
    assert missing(printed, ("Name  CreateTime", "sweeper  …")) == "sweeper  …"
    assert missing(printed, ("sweep …", "Name …")) == "Name …"


def test_the_longest_placeholder_is_replaced_first() -> None:
    names = {"TASK": "t-1", "PARKED_TASK": "t-2"}
    assert filled("reset TASK, retry PARKED_TASK", names) == "reset t-1, retry t-2"
