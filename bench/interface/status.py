"""Status calls a second with 200 known tasks, and the latency of the slowest."""

from __future__ import annotations

from bench.clips import CLIPS
from bench.interface.known_tasks import Found, known_tasks
from bench.report import Row
from bench.workbench import Workbench

_TASKS = 200
_COMPLETED = 10
_CONNECTIONS = (1, 16)


def measure(bench: Workbench) -> list[Row]:
    product = bench.product
    completed = [product.upload(CLIPS[1]) for _ in range(_COMPLETED)]
    for task_id in completed:
        product.completed(task_id)
    with known_tasks(product) as tasks:
        ids = completed + tasks.queue(_TASKS - _COMPLETED)
        paths = [f"/status/{task_id}" for task_id in ids]
        tasks.asked_api(2, 4, paths)
        seconds = 5 if bench.quick else 15
        return [_row(tasks.asked_api(seconds, lanes, paths), lanes) for lanes in _CONNECTIONS]


def _row(found: Found, lanes: int) -> Row:
    clients = "1 client" if lanes == 1 else f"{lanes} clients at once"
    return Row(
        f"status: calls a second, {_TASKS} tasks known, {clients}",
        f"{found.a_second:.0f}/s; 99 % within {found.p99_ms:.0f} ms",
        f"{found.raw} of the API; {_COMPLETED} tasks are completed, {_TASKS - _COMPLETED} wait for a worker; "
        "client and Temporal share the cores",
    )
