"""Lifecycle of a worker process: serves its queues until a signal, then drains and stops."""

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

# Time for Temporal's answers at a shutdown; a server that is there answers at once.
_SHUTDOWN_MARGIN_S = 0.5

# The SDK's default delays heartbeats by up to 0.8 of the heartbeat timeout; a cancel reaches an
# activity only with the answer to a heartbeat.
_HEARTBEAT_INTERVAL = timedelta(seconds=1)


@dataclass(frozen=True)
class Service:
    """Queue with its activities, at most `slots` at once, and its workflows."""

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

    `prepare` is called in the background, so that the first task does not wait for models.
    At the signal, running activities are notified and stop with a retryable error; those that still run
    after the drain time are cancelled. An unreachable server and blocked threads are not waited for:
    the caller must end the process.
    """
    # The ids are fields of each log line, so they are left out of the message.
    activity.logger.activity_info_on_message = workflow.logger.workflow_info_on_message = False
    queues = {service.queue: service.slots for service in services}
    log = structlog.get_logger().bind(queues=queues, identity=settings.identity)
    stop_requested = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop_requested.set)
    pool = ThreadPoolExecutor(sum(queues.values()))
    health = WorkerHealth(client, settings.identity, _polled(services))
    with answering(health, settings.health):
        workers = [build_worker(client, settings, service, pool, interceptors) for service in services]
        runs = [asyncio.create_task(worker.run()) for worker in workers]
        stop_wait = asyncio.create_task(stop_requested.wait())
        log.info("worker ready")
        threading.Thread(target=_prepare, args=(prepare, log), daemon=True).start()
        # A worker that ends by itself has failed; then the others stop too.
        await asyncio.wait([stop_wait, *runs], return_when=asyncio.FIRST_COMPLETED)
        health.drains = True
        log.info("worker drains", drain_s=settings.drain_s)
        shutdowns = [asyncio.create_task(worker.shutdown()) for worker in workers]
        ended, late = await asyncio.wait(runs, timeout=settings.drain_s + _SHUTDOWN_MARGIN_S)
        pool.shutdown(wait=False, cancel_futures=True)
        for task in (stop_wait, *(shutdowns if late else ())):
            task.cancel()
        for run in ended:
            run.result()
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
        max_heartbeat_throttle_interval=_HEARTBEAT_INTERVAL,
        default_heartbeat_throttle_interval=_HEARTBEAT_INTERVAL,
        graceful_shutdown_timeout=timedelta(seconds=settings.drain_s),
        # A request that can't be decoded fails its workflow instead of being retried for ever.
        workflow_failure_exception_types=[TypeError, ValueError],
        deployment_config=_deployment(settings),
    )


def _polled(services: Sequence[Service]) -> list[tuple[str, TaskQueueType.ValueType]]:
    """Polled queues with their kind: a workflow queue and an activity queue may have one name."""
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
            # The worker goes on: the stage that needs the component fails with the same error and parks.
            log.warning("component not ready", code=error.code, reason=str(error))


def _deployment(settings: WorkerSettings) -> WorkerDeploymentConfig | None:
    if settings.deployment is None or settings.build_id is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(settings.deployment, settings.build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )
