"""A few faults with a fixed seed, on the real stack: nothing is lost, doubled or left behind.

`make chaos` runs all of them, with five seeds each.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.faults.failpoints import FAILPOINTS
from tests.chaos.trial import Trials
from tests.chaos.world import World

pytestmark = pytest.mark.chaos

# Those that between them have caught most.
SHORT = (
    ("kill-worker_cpu", 3),
    ("freeze-worker_cpu", 2),
    ("kill-temporal", 1),
    ("store-loses-replies", 0),
    ("twins", 0),
)


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trials]:
    with World(tmp_path_factory.mktemp("chaos") / "world") as world:
        yield Trials(world)


@pytest.mark.parametrize(("name", "seed"), SHORT)
def test_every_accepted_upload_ends_once_and_leaves_nothing_behind(
    trials: Trials, name: str, seed: int
) -> None:
    outcome = trials.run(FAILPOINTS[name], seed)

    again = f"python -m tests.chaos {name} --seed {seed}"
    assert not outcome.violations, "\n".join((*map(str, outcome.violations), f"again: {again}"))
