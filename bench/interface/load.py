"""Status and list calls a second with 50 concurrent clients ÷ the same calls to Temporal by its SDK."""

from __future__ import annotations

from collections.abc import Callable

from bench.interface.known_tasks import Found, known_tasks
from bench.interface.load_client import LISTS_A_SECOND
from bench.report import Row, ratio
from bench.workbench import Workbench

_CLIENTS = 50
_OPEN = 200
_ENDED = 1000
# So many of the list's first page are open.
_NEWEST_OPEN = 5


def measure(bench: Workbench) -> list[Row]:
    seconds = 5 if bench.quick else 15
    with known_tasks(bench.product) as tasks:
        ids = tasks.queue(_OPEN - _NEWEST_OPEN)
        ended = tasks.add_ended(_ENDED)
        ids += tasks.queue(_NEWEST_OPEN)
        calls: dict[str, Callable[[], Found]] = {
            "health": lambda: tasks.asked_api(seconds, _CLIENTS, ["/health"]),
            "describe": lambda: tasks.asked_temporal(seconds, _CLIENTS, ids),
            "open": lambda: tasks.asked_api(seconds, _CLIENTS, [f"/status/{task_id}" for task_id in ids]),
            "ended": lambda: tasks.asked_api(seconds, _CLIENTS, [f"/status/{task_id}" for task_id in ended]),
            "page": lambda: tasks.asked_temporal(seconds, _CLIENTS, ["*"]),
            "list": lambda: tasks.asked_api(seconds, _CLIENTS, ["/tasks?limit=50"]),
            "library": lambda: tasks.asked_api(seconds, _CLIENTS, ["/api/videos/?limit=50"]),
        }
        tasks.asked_api(2, _CLIENTS, ["/health"])
        found = {name: call() for name, call in calls.items()}
    floor = f"/health of the same server answers {_figure(found['health'])}"
    return [
        _row("status of an open task", found["open"], "a describe() of it", found["describe"], floor),
        _row("status of a task that Temporal forgot", found["ended"], "", None, floor),
        _row(
            f"a page of 50 tasks, {_NEWEST_OPEN} of them open",
            found["list"],
            "a page of list_workflows()",
            found["page"],
            "the product's page asks Temporal about each open task, and the catalogue for the others; "
            f"theirs is spaced to {LISTS_A_SECOND} calls a second at most, as Temporal's development server "
            "refuses more than 100",
        ),
        _row("a page of 50 of the library", found["library"], "", None, "from the catalogue alone"),
    ]


def _row(name: str, ours: Found, other: str, theirs: Found | None, remark: str) -> Row:
    told = f"{_figure(ours)}; ours {ours.raw} of the API; {remark}; the client and Temporal share the cores"
    if theirs is None:
        return Row(f"load: {name}, {_CLIENTS} clients at once", _figure(ours), told)
    return Row(
        f"load: {name} a second ÷ {other} by the SDK, {_CLIENTS} at once",
        ratio(ours.a_second, theirs.a_second),
        f"{told}; theirs {_figure(theirs)}, {theirs.raw} of Temporal",
    )


def _figure(found: Found) -> str:
    return f"{found.a_second:.0f}/s, half within {found.median_ms:.0f} ms, 99 % within {found.p99_ms:.0f} ms"
