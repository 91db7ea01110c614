"""Fencing: a worker that was frozen while others finished its task changes nothing when it continues."""

from __future__ import annotations

import signal

import pytest

from domain.tasks.state import TaskStatus
from tests.worker_loss.conftest import Plant


@pytest.mark.parametrize("behaviour", ["frozen", "numb"])
async def test_a_superseded_attempt_changes_no_result_and_leaves_no_object(
    plant: Plant, behaviour: str
) -> None:
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
    await plant.until(lambda: "removed the" in (plant.folder / "worker-0.log").read_text(), "its clean-up")
    frozen.send_signal(signal.SIGTERM)
    exit_code = await plant.ended(frozen)

    assert state.status is TaskStatus.COMPLETED
    assert plant.objects() == before
    assert len(before) == 3
    assert not any(key.startswith("temp/") for key in before)
    assert exit_code == 0
