"""Replay of recorded histories: the current workflow code must still run every task started before."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.worker import Replayer

from adapters.temporal.log_context import LogContext
from tests.replay.record import HISTORIES, PATHS
from workflows.video_pipeline import VideoPipeline


@pytest.mark.parametrize("path", sorted(HISTORIES.glob("*.json")), ids=lambda path: path.stem)
async def test_a_recorded_history_replays_with_the_current_code(path: Path) -> None:
    """A failure names the event: mark the change with `workflow.patched`, or running tasks break."""
    history = WorkflowHistory.from_json(path.stem, path.read_text())
    await Replayer(workflows=[VideoPipeline]).replay_workflow(history)


@pytest.mark.parametrize("name", ["soft", "chunked-burn", "parked-and-retried", "cancelled"])
async def test_a_history_without_request_ids_and_traces_replays_with_their_interceptors(name: str) -> None:
    """Tasks from before request ids and traces continue on workers that have them."""
    history = WorkflowHistory.from_json(name, (HISTORIES / f"{name}.json").read_text())
    interceptors = [LogContext(), TracingInterceptor()]
    await Replayer(workflows=[VideoPipeline], interceptors=interceptors).replay_workflow(history)


def test_every_path_has_a_recorded_history() -> None:
    assert {path.stem for path in HISTORIES.glob("*.json")} == set(PATHS)


async def test_a_changed_order_of_commands_is_detected() -> None:
    """The check itself can fail: a history whose first activity has another name is refused."""
    text = (HISTORIES / "soft.json").read_text().replace('"name": "probe"', '"name": "inspect"', 1)
    history = WorkflowHistory.from_json("changed", text)
    with pytest.raises(Exception, match=r"[Nn]ondetermin"):
        await Replayer(workflows=[VideoPipeline]).replay_workflow(history)
