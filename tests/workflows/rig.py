"""Rig of the workflow tests: starts tasks and workers whose activities return scripted results."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.worker import Interceptor, Worker

from api.tasks.temporal import TemporalTasks
from domain.messages.start import PipelineRequest
from domain.storage.artifact import Artifact
from domain.tasks.options import ProcessingOptions
from domain.tasks.state import LiveState, TaskState
from tests.workflows.script import Script
from workflows.policies import CPU_QUEUE, GPU_QUEUE, QUICK_QUEUE
from workflows.video_pipeline import VideoPipeline

_STANDARD = ProcessingOptions()


@dataclass
class Rig:
    """Tasks and workers of one test."""

    client: Client
    script: Script
    started: list[str] = field(default_factory=list)

    @property
    def tasks(self) -> TemporalTasks:
        return TemporalTasks(self.client)

    def request(
        self, options: ProcessingOptions = _STANDARD, owner: str = "local", **more: Any
    ) -> PipelineRequest:
        name = uuid.uuid4().hex
        source = Artifact(f"videos/original/{name}/source", "video/mp4", 1000, "0" * 64)
        return PipelineRequest(
            task_id=f"task-{name}",
            video_id=name,
            owner=owner,
            filename="holiday.mp4",
            source=source,
            options=options,
            **more,
        )

    async def start(self, request: PipelineRequest) -> WorkflowHandle[VideoPipeline, TaskState]:
        await self.tasks.start(request)
        self.started.append(request.task_id)
        return self.client.get_workflow_handle_for(VideoPipeline.run, request.task_id)

    @asynccontextmanager
    async def workers(
        self, slots: int | None = None, interceptors: Sequence[Interceptor] = ()
    ) -> AsyncIterator[None]:
        """Runs the workers; `slots` is the number of concurrent activities of a queue."""
        activities = self.script.activities()
        async with AsyncExitStack() as stack:
            threads = stack.enter_context(ThreadPoolExecutor(8))
            for queue, workflows in ((CPU_QUEUE, [VideoPipeline]), (QUICK_QUEUE, []), (GPU_QUEUE, [])):
                worker = Worker(
                    self.client,
                    task_queue=queue,
                    workflows=workflows,
                    activities=activities,
                    interceptors=interceptors,
                    activity_executor=threads,
                    max_concurrent_activities=slots,
                    max_heartbeat_throttle_interval=timedelta(milliseconds=200),
                    default_heartbeat_throttle_interval=timedelta(milliseconds=200),
                    graceful_shutdown_timeout=timedelta(seconds=1),
                    workflow_failure_exception_types=[TypeError, ValueError],
                )
                await stack.enter_async_context(worker)
            yield

    async def until(self, task_id: str, true: Callable[[LiveState], bool]) -> LiveState:
        """Waits for the first state of the task that fulfils the condition."""
        for _ in range(200):
            live = await self.tasks.state(task_id)
            if live is not None and true(live):
                return live
            await asyncio.sleep(0.1)
        raise AssertionError(f"not within 20 s; the last state was {live}")

    async def end(self) -> None:
        """Terminates all tasks, because the workers of the next test serve the same queues."""
        for task_id in self.started:
            handle = self.client.get_workflow_handle(task_id)
            if (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
                await handle.terminate()


def statuses(live: LiveState) -> dict[str, str]:
    """Status of each stage by its name."""
    return {name: stage.status.value for name, stage in live.state.stages.items()}
