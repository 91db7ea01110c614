"""Size of one task's history in Temporal, in events and bytes."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory

from bench.clips import DEMO
from bench.report import Row
from bench.workbench import Workbench

# Temporal terminates a run with more.
_LARGEST_EVENTS = 51_200
_LARGEST_BYTES = 50 * 1024 * 1024
_SHOWN_KINDS = 4


def measure(bench: Workbench) -> list[Row]:
    product = bench.product
    task_id = product.upload(DEMO)
    product.completed(task_id)
    return asyncio.run(_rows(product.stack.settings.temporal_address, task_id))


async def _rows(address: str, task_id: str) -> list[Row]:
    handle = (await Client.connect(address)).get_workflow_handle(task_id)
    described = (await handle.describe()).raw_description.workflow_execution_info
    history = await handle.fetch_history()
    events, size_bytes = described.history_length, described.history_size_bytes
    kinds = Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events)
    most = ", ".join(
        f"{count} {kind.lower().replace('_', ' ')}" for kind, count in kinds.most_common(_SHOWN_KINDS)
    )
    share = max(events / _LARGEST_EVENTS, size_bytes / _LARGEST_BYTES)
    return [
        Row(
            "history of one task: share of what Temporal allows",
            f"{share:.2%}",
            f"{events} events, {size_bytes:,} bytes; {most}; {_stages(history)}",
        )
    ]


def _stages(history: WorkflowHistory) -> str:
    """Run time of each activity, and the longest wait for a worker."""
    scheduled: dict[int, tuple[str, datetime]] = {}
    started: dict[int, datetime] = {}
    durations: list[str] = []
    longest_wait_s = 0.0
    for event in history.events:
        at = event.event_time.ToDatetime()
        if event.HasField("activity_task_scheduled_event_attributes"):
            attributes = event.activity_task_scheduled_event_attributes
            scheduled[event.event_id] = (attributes.activity_type.name, at)
        elif event.HasField("activity_task_started_event_attributes"):
            number = event.activity_task_started_event_attributes.scheduled_event_id
            started[number] = at
            longest_wait_s = max(longest_wait_s, (at - scheduled[number][1]).total_seconds())
        elif event.HasField("activity_task_completed_event_attributes"):
            number = event.activity_task_completed_event_attributes.scheduled_event_id
            name = scheduled[number][0].replace("_", " ")
            durations.append(f"{name} {(at - started[number]).total_seconds():.1f} s")
    return f"{', '.join(durations)}; longest wait for a worker {longest_wait_s:.2f} s"
