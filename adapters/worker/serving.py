"""The life of a worker process: it serves until a signal, hands its work over, and goes."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from temporalio import activity, workflow
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Interceptor, Worker, WorkerDeploymentConfig

from adapters.settings import WorkerSettings
from adapters.worker.health import WorkerHealth, answering
from domain.errors import PipelineError

Activity = Callable[..., Any]

# What Temporal is told of a drain it answers at once, or is not there to answer.
_GOODBYE_S = 0.5

# The SDK holds heartbeats back for 0.8 of the heartbeat timeout unless told otherwise;
# a cancel reaches an activity with the answer to a heartbeat.
_HEARTBEATS_AT_MOST_APART = timedelta(seconds=1)


@dataclass(frozen=True)
class Service:
    """A queue and what is done for it, `slots` activities at once."""

    queue: str
    slots: int
    activities: Sequence[Activity]
    workflows: Sequence[type] = ()


async def serve(
    client: Client,
    settings: WorkerSettings,
    services: Sequence[Service],
    prepare: Sequence[Callable[[], object]] = (),
    interceptors: Sequence[Interceptor] = (),
) -> None:
    """Serve the queues until SIGTERM or SIGINT.

    `prepare` is called in the background, so that the first task need not wait for models.
    At the signal, running activities see that the worker shuts down and stop with a retryable
    error; what has not stopped after the drain time is cancelled. A server that does not hear of it, and a
    thread that hears nothing, are not waited for: whoever called this must end the process.
    """
    # Whose line it is stands in fields of its own, not in the sentence too.
    activity.logger.activity_info_on_message = workflow.logger.workflow_info_on_message = False
    queues = {service.queue: service.slots for service in services}
    log = structlog.get_logger().bind(queues=queues, identity=settings.identity)
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop.set)
    pool = ThreadPoolExecutor(sum(queues.values()))
    health = WorkerHealth(client, settings.identity, _polled(services))
    with answering(health, settings.health):
        workers = [build_worker(client, settings, service, pool, interceptors) for service in services]
        lives = [asyncio.create_task(worker.run()) for worker in workers]
        signalled = asyncio.create_task(told_to_stop.wait())
        log.info("worker ready")
        threading.Thread(target=_prepare, args=(prepare, log), daemon=True).start()
        # A worker that ends by itself has failed; then the others hand over their work too.
        await asyncio.wait([signalled, *lives], return_when=asyncio.FIRST_COMPLETED)
        health.drains = True
        log.info("worker drains", drain_s=settings.drain_s)
        shutdowns = [asyncio.create_task(worker.shutdown()) for worker in workers]
        ended, late = await asyncio.wait(lives, timeout=settings.drain_s + _GOODBYE_S)
        pool.shutdown(wait=False, cancel_futures=True)
        for task in (signalled, *(shutdowns if late else ())):
            task.cancel()
        for life in ended:
            life.result()
    log.info("worker stopped", unheard=len(late))


def build_worker(
    client: Client,
    settings: WorkerSettings,
    service: Service,
    pool: ThreadPoolExecutor,
    interceptors: Sequence[Interceptor] = (),
) -> Worker:
    return Worker(
        client,
        task_queue=service.queue,
        identity=settings.identity,
        activities=service.activities,
        workflows=service.workflows,
        interceptors=interceptors,
        activity_executor=pool,
        max_concurrent_activities=service.slots,
        max_heartbeat_throttle_interval=_HEARTBEATS_AT_MOST_APART,
        default_heartbeat_throttle_interval=_HEARTBEATS_AT_MOST_APART,
        graceful_shutdown_timeout=timedelta(seconds=settings.drain_s),
        # A request that can't be decoded fails its workflow instead of being retried for ever.
        workflow_failure_exception_types=[TypeError, ValueError],
        deployment_config=_deployment(settings),
    )


def _polled(services: Sequence[Service]) -> list[tuple[str, TaskQueueType.ValueType]]:
    """What a worker asks for work: a queue of workflows and a queue of activities may have one name."""
    return [
        (service.queue, kind)
        for service in services
        for kind, served in (
            (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, service.workflows),
            (TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY, service.activities),
        )
        if served
    ]


def _prepare(calls: Sequence[Callable[[], object]], log: structlog.stdlib.BoundLogger) -> None:
    for call in calls:
        try:
            call()
        except PipelineError as error:
            # Not the worker's end: the stage that needs the part will fail by the same error and park.
            log.warning("a part is not ready", code=error.code, reason=str(error))


def _deployment(settings: WorkerSettings) -> WorkerDeploymentConfig | None:
    if settings.deployment is None or settings.build_id is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(settings.deployment, settings.build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )
