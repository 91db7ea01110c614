"""A few failpoints with a fixed seed on the real stack: nothing is lost, doubled or left over.

`make chaos` runs all of them, with five seeds each.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.faults.failpoints import FAILPOINTS
from tests.chaos.system import System
from tests.chaos.trial import Trials

pytestmark = pytest.mark.chaos

# The failpoints that have found most faults.
SHORT = (
    ("kill-worker_cpu", 3),
    ("freeze-worker_cpu", 2),
    ("kill-temporal", 1),
    ("store-loses-replies", 0),
    ("twins", 0),
)


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trials]:
    with System(tmp_path_factory.mktemp("chaos") / "system") as system:
        yield Trials(system)


@pytest.mark.parametrize(("name", "seed"), SHORT)
def test_every_accepted_upload_ends_once_and_leaves_nothing_over(
    trials: Trials, name: str, seed: int
) -> None:
    outcome = trials.run(FAILPOINTS[name], seed)

    again = f"python -m tests.chaos {name} --seed {seed}"
    assert not outcome.violations, "\n".join((*map(str, outcome.violations), f"again: {again}"))
