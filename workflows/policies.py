"""Queue, timeouts and retries of every activity."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityCancellationType, ActivityConfig

CPU_QUEUE = "cpu"
GPU_QUEUE = "gpu"
# Short activities, which must not wait behind an hour of encoding; CPU workers serve this queue too.
QUICK_QUEUE = "cpu-quick"

# A crashed worker is detected after this time; a worker sends heartbeats at most 1 s apart.
_HEARTBEAT_TIMEOUT = timedelta(seconds=10)

# The worker counts the faults of a stage and sets the pause after each (`domain/attempts/history.py`),
# because drains and crashes of a worker by other work are no faults. These limits apply to crashes, and to
# a queue whose workers don't know the activity.
_STAGE_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=4),
    maximum_attempts=200,
)

# Small calls to the store and the database are retried without a limit: a task should not fail
# because its row can't be written for a while.
_PATIENT_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=30)
)


def stage(queue: str, stage_timeout_s: int, activity_id: str, summary: str) -> ActivityConfig:
    """Options of a long activity. Its time in the queue has no limit: a busy GPU is not a fault.

    A cancel waits until the worker has stopped its child processes and removed its files.
    """
    return ActivityConfig(
        task_queue=queue,
        start_to_close_timeout=timedelta(seconds=stage_timeout_s),
        heartbeat_timeout=_HEARTBEAT_TIMEOUT,
        retry_policy=_STAGE_RETRIES,
        cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        activity_id=activity_id,
        summary=summary,
    )


PUBLISH = ActivityConfig(
    task_queue=QUICK_QUEUE,
    start_to_close_timeout=timedelta(minutes=10),
    heartbeat_timeout=timedelta(
        minutes=5
    ),  # one heartbeat a file; a server-side copy of many GB takes minutes
    retry_policy=_PATIENT_RETRIES,
    summary="publish the results",
)

RECORD = ActivityConfig(
    task_queue=QUICK_QUEUE,
    start_to_close_timeout=timedelta(seconds=30),
    retry_policy=_PATIENT_RETRIES,
    summary="write the state into the catalogue",
)

# The receiver may be down over night: the webhook is retried for about a day, at growing intervals.
NOTIFY = ActivityConfig(
    task_queue=QUICK_QUEUE,
    start_to_close_timeout=timedelta(minutes=1),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=5),
        backoff_coefficient=2.0,
        maximum_interval=timedelta(hours=2),
        maximum_attempts=22,
    ),
    summary="send the webhook",
)

CLEAN_UP = ActivityConfig(
    task_queue=QUICK_QUEUE,
    start_to_close_timeout=timedelta(minutes=2),
    retry_policy=_PATIENT_RETRIES,
    summary="remove the temporary objects",
)

SWEEP = ActivityConfig(
    task_queue=QUICK_QUEUE,
    start_to_close_timeout=timedelta(hours=1),
    heartbeat_timeout=timedelta(minutes=10),  # a listing of many objects takes minutes
    retry_policy=_PATIENT_RETRIES,
)
SWEEP_EVERY = timedelta(hours=1)


def diagnostics(worker: str, queue: str) -> ActivityConfig:
    """Options of a worker's diagnostics. A person waits: no worker within 10 s is a result, too."""
    return ActivityConfig(
        task_queue=queue,
        schedule_to_start_timeout=timedelta(seconds=10),
        start_to_close_timeout=timedelta(minutes=2),  # loads the models
        retry_policy=RetryPolicy(maximum_attempts=1),
        summary=f"diagnostics of {worker}",
    )
