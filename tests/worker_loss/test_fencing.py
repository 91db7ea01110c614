"""A worker that was frozen while others finished its task changes nothing when it thaws."""

from __future__ import annotations

import signal

import pytest

from domain.tasks.state import TaskStatus
from tests.worker_loss.conftest import Plant


@pytest.mark.parametrize("behaviour", ["frozen", "numb"])
async def test_a_thawed_attempt_spoils_nothing_and_leaves_nothing(plant: Plant, behaviour: str) -> None:
    frozen = plant.start_worker("encoder")  # a frozen worker that has room would be sent more work
    plant.start_worker("others")
    task = await plant.start_task(behaviour)
    await plant.until((plant.folder / "writing").exists, "the first attempt's first write")
    frozen.send_signal(signal.SIGSTOP)
    plant.start_worker("encoder")

    state = await task.result()
    before = plant.objects()
    (plant.folder / "thawed").touch()
    frozen.send_signal(signal.SIGCONT)
    await plant.until(lambda: "removed the" in (plant.folder / "worker-0.log").read_text(), "its tidying")
    frozen.send_signal(signal.SIGTERM)
    exit_code = await plant.ended(frozen)

    assert state.status is TaskStatus.COMPLETED
    assert plant.objects() == before
    assert len(before) == 3
    assert not any(key.startswith("temp/") for key in before)
    assert exit_code == 0
