"""The table of everything that is broken on purpose, and how a task may end that meets it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from signal import SIGKILL, SIGTERM

from tests.chaos.faults.clock import compiler
from tests.chaos.faults.link import Mood
from tests.chaos.faults.process_faults import (
    cancels,
    clock_jumps,
    cpu_workers,
    deploys,
    ends_by,
    freezes,
    harmless,
    incompatible_but_marked,
    rolled_back,
    the_api,
    with_clock,
)
from tests.chaos.faults.resource_faults import (
    TWINS_HOLD_AT,
    full_disk,
    locked_database,
    store_trouble,
    temporal_link,
    twins,
)
from tests.chaos.faults.store_proxy import Harm
from tests.chaos.scene import Scene
from tests.chaos.steps import Step, WhileSending
from tests.chaos.world import World


@contextmanager
def _as_it_is(_: Scene) -> Iterator[None]:
    yield


def _nothing(_: World) -> str | None:
    return None


def _compiler(_: World) -> str | None:
    return None if compiler() else "there is no C compiler for a clock that can be moved"


def _small_scratch(world: World) -> str | None:
    return None if world.scratch_is_small else "only root may mount a file system that can be filled"


@dataclass(frozen=True)
class Failpoint:
    """`act` breaks and heals. `around` holds for the whole trial. `lacks` says why it can't be run here.
    `step` is the moment where the seed has no choice; `at_calls` leaves it only calls to the store.
    `leaves_parts` takes away the API or the store, by which an upload that is on its way is taken back:
    its parts are then the work of the sweep by age."""

    name: str
    act: Callable[[Scene], None]
    around: Callable[[Scene], AbstractContextManager[None]] = _as_it_is
    lacks: Callable[[World], str | None] = _nothing
    endings: frozenset[str] = frozenset({"completed"})
    step: Step | None = None
    at_calls: bool = False
    leaves_parts: bool = False


# Longer than a heartbeat may be missing: when the process thaws, its work is somebody else's.
_LONG = (12.0, 16.0)
# Longer than a caller waits for an answer.
_SHORT = (5.0, 10.0)

_PROCESSES = {"worker_cpu": _LONG, "worker_gpu": _LONG, "api": _SHORT, "temporal": _SHORT, "s3": _SHORT}

_ALL = (
    *(
        Failpoint(f"kill-{name}", ends_by(name, SIGKILL), leaves_parts=name in ("api", "s3"))
        for name in _PROCESSES
    ),
    # An API that is told to end still takes back what it can't finish.
    *(Failpoint(f"term-{name}", ends_by(name, SIGTERM), leaves_parts=name == "s3") for name in _PROCESSES),
    *(
        Failpoint(f"freeze-{name}", freezes(name, *lasts), leaves_parts=name == "s3")
        for name, lasts in _PROCESSES.items()
    ),
    Failpoint("store-slow", store_trouble(Harm.SLOW, 1, 4), at_calls=True),
    Failpoint("store-busy", store_trouble(Harm.BUSY, 0, 0), at_calls=True, leaves_parts=True),
    Failpoint("store-cuts-parts", store_trouble(Harm.CUT_REQUEST, 0, 0.9, writes_only=True), at_calls=True),
    # Not even a listing comes through, so parts whose id got lost can't be found.
    Failpoint("store-cuts-answers", store_trouble(Harm.CUT_ANSWER, 0, 0.9), at_calls=True, leaves_parts=True),
    Failpoint("store-loses-replies", store_trouble(Harm.LOST_REPLY, 0, 0, writes_only=True), at_calls=True),
    Failpoint("temporal-unreachable", temporal_link(Mood.CUT)),
    Failpoint("temporal-loses-replies", temporal_link(Mood.DEAF_CLIENT)),
    Failpoint("disk-full", full_disk, lacks=_small_scratch),
    Failpoint("database-locked", locked_database),
    Failpoint("clock-ahead", clock_jumps(cpu_workers, +1), around=with_clock(cpu_workers), lacks=_compiler),
    Failpoint("clock-behind", clock_jumps(the_api, -1), around=with_clock(the_api), lacks=_compiler),
    Failpoint("twins", twins, step=WhileSending(TWINS_HOLD_AT)),
    Failpoint("deploy-harmless", deploys(harmless), around=rolled_back),
    Failpoint("deploy-marked", deploys(incompatible_but_marked), around=rolled_back),
    Failpoint("cancel", cancels, endings=frozenset({"completed", "cancelled"})),
)

FAILPOINTS = {failpoint.name: failpoint for failpoint in _ALL}
