"""Search attributes of tasks and their display in the Web UI, on a real Temporal server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowFailureError

from domain.errors import ModelUnavailable
from domain.tasks.state import Stage, TaskStatus
from tests.servers.temporal_server import temporal_server
from tests.workflows.rig import Rig
from tests.workflows.script import Script


async def listed(client: Client, query: str, task_id: str) -> bool:
    """True once the list shows this task; Temporal updates the list with some delay."""
    for _ in range(600):
        found = [task.id async for task in client.list_workflows(f"{query} AND WorkflowId = '{task_id}'")]
        if found:
            return True
        await asyncio.sleep(0.1)
    return False


async def test_a_parked_task_is_found_by_owner_stage_language_and_failure(rig: Rig) -> None:
    rig.script.faults["merger"] = [ModelUnavailable("No font.")]
    request = rig.request(owner="oidc:4711")
    async with rig.workers():
        handle = await rig.start(request)
        waiting = (
            "Owner = 'oidc:4711' AND Stage = 'merger' AND `Language` = 'fr' AND Failure = 'ModelUnavailable'"
            " AND ExecutionStatus = 'Running'"
        )
        assert await listed(rig.client, waiting, request.task_id)

        await rig.tasks.retry(request.task_id, Stage.MERGER)
        await handle.result()

    well = "Failure IS NULL AND Stage IS NULL AND `Language` = 'fr' AND ExecutionStatus = 'Completed'"
    assert await listed(rig.client, well, request.task_id)


async def test_a_failed_task_is_found_by_its_error_and_stage(rig: Rig) -> None:
    rig.script.faults["downscale"] = [ModelUnavailable("No font.")]
    request = rig.request(park_s=1)
    async with rig.workers():
        handle = await rig.start(request)
        with pytest.raises(WorkflowFailureError):
            await handle.result()

    failed = "Failure = 'ModelUnavailable' AND Stage = 'downscale' AND ExecutionStatus = 'Failed'"
    assert await listed(rig.client, failed, request.task_id)


async def test_changes_at_the_same_time_are_one_event(rig: Rig) -> None:
    async with rig.workers():
        handle = await rig.start(rig.request())
        await handle.result()
        history = await handle.fetch_history()

    written = [
        event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
        for event in history.events
        if event.HasField("upsert_workflow_search_attributes_event_attributes")
    ]
    # Each of the five stages begins and ends; nothing else may write an event.
    assert len(written) <= 10
    assert sum("Language" in fields for fields in written) == 1


async def test_the_web_ui_shows_the_video_and_owner_of_a_task_and_a_summary_of_each_activity(
    rig: Rig,
) -> None:
    request = rig.request(owner="oidc:4711")
    async with rig.workers():
        handle = await rig.start(request)
        await handle.result()
        described = await handle.describe()
        summaries = [
            event.user_metadata.summary.data.decode()
            async for event in handle.fetch_history_events()
            if event.HasField("activity_task_scheduled_event_attributes")
        ]

    assert await described.static_summary() == "holiday.mp4"
    assert await described.static_details() == f"Video `{request.video_id}` of `oidc:4711`: 1,000 bytes"
    assert '"downscale of holiday.mp4"' in summaries
    assert '"publish the results"' in summaries
    assert all(summaries)


@pytest.fixture
async def bare(tmp_path: Path) -> AsyncIterator[Rig]:
    """Rig on a server without registered search attributes."""
    with temporal_server(tmp_path / "server.log", bare=True) as address:
        yield Rig(await Client.connect(address), Script())


async def test_a_task_runs_on_a_server_without_registered_attributes(bare: Rig) -> None:
    async with bare.workers():
        handle = await bare.start(bare.request())
        state = await handle.result()

    assert state.status is TaskStatus.COMPLETED
