"""Queue, timeouts and retries of every activity, side by side."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityCancellationType, ActivityConfig

CPU_QUEUE = "cpu"
GPU_QUEUE = "gpu"
# Seconds of work that must not wait behind somebody's hour of encoding; CPU workers serve it too.
QUICK_QUEUE = "cpu-quick"

# A worker that dies is missed after this long; beats leave a worker at most 1 s apart.
_MISSED_AFTER = timedelta(seconds=10)

# How many faults a stage may have, and how long it waits after each, is counted by the worker
# (`domain/attempts/history.py`): a drain, or the death of a worker that healthy work ran on, is no fault.
# These numbers are for what no worker lives to tell, and for a queue whose workers don't know the activity.
_STAGE_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=4),
    maximum_attempts=200,
)

# Small calls to the store and the database go on until they answer: nobody would be helped
# by a task that gives up because its row can't be written just now.
_PATIENT_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=30)
)


def stage(queue: str, stage_timeout_s: int, activity_id: str, summary: str) -> ActivityConfig:
    """A long activity. No limit on its wait in the queue: a busy GPU is not a fault.

    Cancelling waits until the worker has stopped its children and removed its files.
    """
    return ActivityConfig(
        task_queue=queue,
        start_to_close_timeout=timedelta(seconds=stage_timeout_s),
        heartbeat_timeout=_MISSED_AFTER,
        retry_policy=_STAGE_RETRIES,
        cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        activity_id=activity_id,
        summary=summary,
    )


PUBLISH = ActivityConfig(
    task_queue=QUICK_QUEUE,
    start_to_close_timeout=timedelta(minutes=10),
    heartbeat_timeout=timedelta(minutes=5),  # one beat a file; a server-side copy of many GB takes minutes
    retry_policy=_PATIENT_RETRIES,
    summary="publish the results",
)

RECORD = ActivityConfig(
    task_queue=QUICK_QUEUE,
    start_to_close_timeout=timedelta(seconds=30),
    retry_policy=_PATIENT_RETRIES,
    summary="write the state into the catalogue",
)

# Somebody else's server may be down over night; it is told for about a day, more and more rarely.
NOTIFY = ActivityConfig(
    task_queue=QUICK_QUEUE,
    start_to_close_timeout=timedelta(minutes=1),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=5),
        backoff_coefficient=2.0,
        maximum_interval=timedelta(hours=2),
        maximum_attempts=22,
    ),
    summary="tell the webhook",
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
    """Somebody waits for the answer: no worker within 10 s is an answer too."""
    return ActivityConfig(
        task_queue=queue,
        schedule_to_start_timeout=timedelta(seconds=10),
        start_to_close_timeout=timedelta(minutes=2),  # loads the models
        retry_policy=RetryPolicy(maximum_attempts=1),
        summary=f"How is {worker}?",
    )
