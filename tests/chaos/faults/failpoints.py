"""Table of the failpoints: the injected faults, and the allowed endings of a task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from signal import SIGKILL, SIGTERM

from tests.chaos.faults.clock import compiler
from tests.chaos.faults.link import LinkState
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
    DUPLICATES_HOLD_AT,
    full_disk,
    locked_database,
    store_trouble,
    temporal_link,
    twins,
)
from tests.chaos.faults.store_proxy import Harm
from tests.chaos.steps import DuringUpload, Step
from tests.chaos.system import System
from tests.chaos.trial_context import TrialContext


@contextmanager
def _as_it_is(_: TrialContext) -> Iterator[None]:
    yield


def _nothing(_: System) -> str | None:
    return None


def _compiler(_: System) -> str | None:
    return None if compiler() else "no C compiler is installed to build the movable clock"


def _small_scratch(system: System) -> str | None:
    return None if system.scratch_is_small else "only root may mount a small file system"


@dataclass(frozen=True)
class Failpoint:
    """`act` injects the fault and removes it. `around` wraps the whole trial. `lacks` returns why it can't
    be run here, or None. `step` fixes the moment of the fault; `at_calls` limits it to calls to the store.
    `leaves_parts`: without the API or the store an interrupted upload is not aborted, and its parts stay
    until the sweep by age."""

    name: str
    act: Callable[[TrialContext], None]
    around: Callable[[TrialContext], AbstractContextManager[None]] = _as_it_is
    lacks: Callable[[System], str | None] = _nothing
    endings: frozenset[str] = frozenset({"completed"})
    step: Step | None = None
    at_calls: bool = False
    leaves_parts: bool = False


# Longer than the heartbeat timeout: when the process resumes, its activity has been given to another.
_LONG = (12.0, 16.0)
# Longer than a client waits for an answer.
_SHORT = (5.0, 10.0)

_PROCESSES = {"worker_cpu": _LONG, "worker_gpu": _LONG, "api": _SHORT, "temporal": _SHORT, "s3": _SHORT}

_ALL = (
    *(
        Failpoint(f"kill-{name}", ends_by(name, SIGKILL), leaves_parts=name in ("api", "s3"))
        for name in _PROCESSES
    ),
    # On SIGTERM the API still aborts uploads that it can't finish.
    *(Failpoint(f"term-{name}", ends_by(name, SIGTERM), leaves_parts=name == "s3") for name in _PROCESSES),
    *(
        Failpoint(f"freeze-{name}", freezes(name, *lasts), leaves_parts=name == "s3")
        for name, lasts in _PROCESSES.items()
    ),
    Failpoint("store-slow", store_trouble(Harm.SLOW, 1, 4), at_calls=True),
    Failpoint("store-busy", store_trouble(Harm.BUSY, 0, 0), at_calls=True, leaves_parts=True),
    Failpoint("store-cuts-parts", store_trouble(Harm.CUT_REQUEST, 0, 0.9, writes_only=True), at_calls=True),
    # Listings are cut too, so parts whose upload id got lost can't be found.
    Failpoint("store-cuts-answers", store_trouble(Harm.CUT_ANSWER, 0, 0.9), at_calls=True, leaves_parts=True),
    Failpoint("store-loses-replies", store_trouble(Harm.LOST_REPLY, 0, 0, writes_only=True), at_calls=True),
    Failpoint("temporal-unreachable", temporal_link(LinkState.CUT)),
    Failpoint("temporal-loses-replies", temporal_link(LinkState.ANSWERS_DROPPED)),
    Failpoint("disk-full", full_disk, lacks=_small_scratch),
    Failpoint("database-locked", locked_database),
    Failpoint("clock-ahead", clock_jumps(cpu_workers, +1), around=with_clock(cpu_workers), lacks=_compiler),
    Failpoint("clock-behind", clock_jumps(the_api, -1), around=with_clock(the_api), lacks=_compiler),
    Failpoint("twins", twins, step=DuringUpload(DUPLICATES_HOLD_AT)),
    Failpoint("deploy-harmless", deploys(harmless), around=rolled_back),
    Failpoint("deploy-marked", deploys(incompatible_but_marked), around=rolled_back),
    Failpoint("cancel", cancels, endings=frozenset({"completed", "cancelled"})),
)

FAILPOINTS = {failpoint.name: failpoint for failpoint in _ALL}
