"""Fairness between owners: order of activities on a busy worker, on a real Temporal server with fairness.

Only the order is checked, by the server's own scheduling and start times.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import Client

from domain.accounts.identity import Plan
from domain.messages.start import PipelineRequest
from local.programs import fairness_switches
from tests.servers.temporal_server import temporal_server
from tests.workflows.rig import Rig
from tests.workflows.script import Script


@dataclass(frozen=True)
class Taken:
    """One activity that the worker has started."""

    task_id: str
    name: str
    queue: str
    scheduled: datetime
    started: datetime


@dataclass
class BusyScript(Script):
    """Every activity takes 30 ms, so that others wait in the queue."""

    taken: list[Taken] = field(default_factory=list)

    def _play(self, name: str, message: Any, result: Any) -> Any:
        now = activity.info()
        assert now.workflow_id is not None
        self.taken.append(
            Taken(now.workflow_id, name, now.task_queue, now.current_attempt_scheduled_time, now.started_time)
        )
        time.sleep(0.03)
        return super()._play(name, message, result)

    def in_front_of(self, mine: Taken) -> int:
        """Number of activities of other tasks that were started while this one waited in the queue."""
        return sum(
            other.queue == mine.queue
            and other.task_id != mine.task_id
            and mine.scheduled < other.started < mine.started
            for other in self.taken
        )


@pytest.fixture(scope="module")
async def fair_client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    log_path = tmp_path_factory.mktemp("fair-temporal") / "server.log"
    with temporal_server(log_path, fairness_switches()) as address:
        yield await Client.connect(address)


async def queued(rig: Rig, requests: list[PipelineRequest]) -> None:
    """Starts these tasks, and waits until the first activity of each is in its queue."""
    for request in requests:
        await rig.start(request)
    for request in requests:
        handle = rig.client.get_workflow_handle(request.task_id)
        for _ in range(1200):
            if (await handle.describe()).raw_description.pending_activities:
                break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError("its first activity was not scheduled within a minute")


async def single_task_among(client: Client, many: int) -> tuple[BusyScript, list[Taken]]:
    """Starts `many` tasks of one owner and then a single one of another; waits until that one is completed.

    Returns the script with all started activities, and those of the single task.
    """
    script = BusyScript(held={"probe": 0.0})
    rig = Rig(client, script)
    async with rig.workers(slots=1):
        await queued(rig, [rig.request(owner="oidc:busy") for _ in range(many)])
        single = rig.request(owner="oidc:single")
        await queued(rig, [single])
        script.held.clear()
        await client.get_workflow_handle(single.task_id).result()
        mine = [taken for taken in script.taken if taken.task_id == single.task_id]
        await rig.end()
    return script, mine


async def test_a_hundred_tasks_of_one_owner_delay_anothers_by_less_than_two_tasks(
    fair_client: Client,
) -> None:
    script, mine = await single_task_among(fair_client, 100)

    waited_for = {taken.name: script.in_front_of(taken) for taken in mine}
    # The one that ran already, and at most one more: never two whole activities for one of one's own.
    assert max(waited_for.values()) <= 2, waited_for
    assert sum(waited_for.values()) <= 2 * len(mine), waited_for
    others = {taken.task_id for taken in script.taken} - {mine[0].task_id}
    assert len(others) < 100, "the busy owner's tasks were all taken up first"


async def test_a_server_without_fairness_serves_the_single_task_last(tmp_path: Path) -> None:
    """The reason for the switches; it also shows that the check above can fail."""
    one_line = ("numTaskqueueReadPartitions=1", "numTaskqueueWritePartitions=1")
    switches = tuple(part for name in one_line for part in ("--dynamic-config-value", f"matching.{name}"))
    with temporal_server(tmp_path / "server.log", switches) as address:
        script, mine = await single_task_among(await Client.connect(address), 10)

    assert script.in_front_of(mine[0]) >= 9


async def test_of_one_owners_tasks_the_better_plan_goes_first(fair_client: Client) -> None:
    script = BusyScript(held={"probe": 0.0})
    rig = Rig(fair_client, script)
    requests = [
        rig.request(owner="oidc:owner", plan=plan)
        for plan in (Plan.FREE, Plan.FREE, Plan.STANDARD, Plan.PREMIUM)
    ]
    async with rig.workers(slots=1):
        await queued(rig, requests[:1])
        await queued(rig, requests[1:])
        script.held.clear()
        await asyncio.gather(
            *(fair_client.get_workflow_handle(request.task_id).result() for request in requests)
        )

    probed = [taken.task_id for taken in script.taken if taken.name == "probe"]
    running, free, standard, premium = (request.task_id for request in requests)
    assert probed == [running, premium, standard, free]


async def test_an_owner_with_a_very_long_name_is_served_and_shown_with_the_full_name(
    fair_client: Client,
) -> None:
    rig = Rig(fair_client, Script())
    request = rig.request(owner="oidc:" + "x" * 255)
    async with rig.workers():
        await (await rig.start(request)).result()

    live = await rig.tasks.state(request.task_id)

    assert live is not None
    assert live.owner == "oidc:" + "x" * 255
