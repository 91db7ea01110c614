"""Worker of a scaling trial: its activities wait until a file appears; a workflow starts them.

It is built like the product's workers and exports the same metrics; its activities need no CPU.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from temporalio import activity, workflow
from temporalio.client import Client

with workflow.unsafe.imports_passed_through():
    from adapters.process.main import run_main
    from adapters.settings import TemporalSettings, read_temporal, read_worker
    from adapters.temporal.client import connect
    from adapters.worker.serving import Service, serve
    from workflows.policies import GPU_QUEUE, stage

STARTER_QUEUE = "trial"
_HELD = "held_work"


@workflow.defn
class Backlog:
    """Workflow that puts `count` activities into the GPU queue at once."""

    @workflow.run
    async def run(self, count: int, released_path: str) -> None:
        held = [
            workflow.execute_activity(
                _HELD, released_path, **stage(GPU_QUEUE, 1800, f"held.{number}", "Work of a trial")
            )
            for number in range(count)
        ]
        await asyncio.gather(*held)


@activity.defn(name=_HELD)
def hold(released_path: str) -> None:
    while not Path(released_path).exists():
        activity.heartbeat()
        if activity.is_worker_shutdown():
            return
        time.sleep(0.2)


async def put_work(temporal: TemporalSettings, count: int, released_path: Path) -> None:
    """Start the backlog's workflow; a worker of the starter's queue must run."""
    client = await connect(temporal)
    await client.start_workflow(
        Backlog.run, args=[count, str(released_path)], id="trial-backlog", task_queue=STARTER_QUEUE
    )


async def run() -> None:
    queue = sys.argv[1]
    client: Client = await connect(read_temporal())
    worker = read_worker(queue)
    service = (
        Service(GPU_QUEUE, worker.concurrent_activities, [hold])
        if queue == GPU_QUEUE
        else Service(STARTER_QUEUE, 1, [], [Backlog])
    )
    await serve(client, worker, [service])


if __name__ == "__main__":
    run_main(run, "trial_worker")
