"""No task is lost when processes are killed, tasks are cancelled or models are missing."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import media
from tests.e2e.conftest import CLIPS
from tests.e2e.product import Product
from tests.e2e.test_results import X264


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that takes long enough to encode for a fault in between."""
    target = tmp_path_factory.mktemp("clips") / "long.mp4"
    arguments = [*media.picture(30, "1920x1200"), *media.silence(30), *X264, "-g", "250"]
    return media.make(target, *arguments)


def encoding(status: dict) -> bool:  # type: ignore[type-arg]
    downscale = status["stages"]["downscale"]
    return downscale["status"] == "running" and 3 <= downscale["progress"] < 90


def test_progress_is_live_and_never_goes_down(product: Product, long_clip: Path) -> None:
    task_id = product.upload(long_clip, subtitle_mode="none", language="en")
    seen = []

    def ended(status: dict) -> bool:  # type: ignore[type-arg]
        seen.append(status["stages"]["downscale"]["progress"])
        return status["status"] == "completed"

    product.until(task_id, ended, within_s=300)

    assert seen == sorted(seen)
    assert len(set(seen)) > 5
    assert seen[-1] == 100


def test_a_cancel_stops_ffmpeg_and_leaves_no_temporary_object(product: Product, long_clip: Path) -> None:
    task_id = product.upload(long_clip)
    product.until(task_id, encoding)
    assert any("libx264" in command for command in product.media_processes())

    assert product.http.post(f"/video/{task_id}/cancel").status_code == 202
    status = product.ended(task_id)

    assert status["status"] == "cancelled"
    assert not any("libx264" in command for command in product.media_processes())
    assert product.keys(f"temp/{task_id}/") == []
    again = product.http.post(f"/video/{task_id}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "TaskEnded")


def test_a_killed_worker_loses_no_task_and_leaves_no_ffmpeg(product: Product, long_clip: Path) -> None:
    task_id = product.upload(long_clip, subtitle_mode="none", language="en")
    product.until(task_id, encoding)
    pid = product.stack.pid("worker_cpu")
    assert pid is not None
    before = product.media_processes()

    product.stack.kill("worker_cpu", signal.SIGKILL)
    product.stack.wait_restarted("worker_cpu", pid)
    status = product.until(task_id, lambda status: status["status"] == "completed", within_s=300)

    assert before
    assert status["result"]["final_video"]


def test_a_stopped_worker_hands_its_work_over(product: Product, long_clip: Path) -> None:
    task_id = product.upload(long_clip, subtitle_mode="none", language="en")
    product.until(task_id, encoding)

    product.stack.stop("worker_cpu")
    while_down = product.status(task_id)
    product.stack.start("worker_cpu")
    status = product.until(task_id, lambda status: status["status"] == "completed", within_s=300)

    assert while_down["status"] == "running"
    assert status["result"]["final_video"]


@pytest.fixture
def without_gpu_worker(product: Product) -> Iterator[Product]:
    """The product without its GPU worker."""
    product.stack.stop("worker_gpu")
    yield product
    if not product.stack.status("worker_gpu").state.alive:
        product.stack.start("worker_gpu")


def test_no_stage_waits_for_a_queue_that_it_does_not_need(without_gpu_worker: Product) -> None:
    task_id = without_gpu_worker.upload(CLIPS / "english-dog.mp4")
    status = without_gpu_worker.until(task_id, lambda s: s["stages"]["downscale"]["status"] == "completed")

    assert status["status"] == "running"
    assert status["stages"]["animal_detection"]["status"] == "pending"
    without_gpu_worker.stack.start("worker_gpu")
    assert without_gpu_worker.completed(task_id)["result"]["animals_detected"] == ["dog"]


def test_a_missing_model_parks_the_task_until_it_exists_and_the_stage_is_retried(
    product: Product, tmp_path: Path
) -> None:
    model = Path(product.stack.environment["MODELS_DIR"]) / "demo" / "speech" / "model.bin"
    away = model.with_suffix(".away")
    product.stack.stop("worker_gpu")
    model.rename(away)
    try:
        product.stack.start("worker_gpu")
        task_id = product.upload(CLIPS / "english-dog.mp4", language="en")
        parked = product.until(task_id, lambda status: status["parked_until"] is not None)
        refused = product.http.post(f"/video/{task_id}/retry/downscale")
    finally:
        away.rename(model)
    retried = product.http.post(f"/video/{task_id}/retry/subtitles")
    status = product.completed(task_id)

    assert parked["status"] == "running"
    assert parked["stages"]["subtitles"]["status"] == "failed"
    assert parked["stages"]["subtitles"]["error"]["code"] == "ModelUnavailable"
    assert (refused.status_code, refused.json()["code"]) == (409, "StageNotRetryable")
    assert retried.status_code == 202
    assert status["parked_until"] is None


def test_status_is_answered_with_its_age_while_temporal_is_down(product: Product) -> None:
    task_id = product.upload(CLIPS / "english-dog.mp4", subtitle_mode="none", language="en")
    before = product.completed(task_id)
    time.sleep(1)
    product.stack.stop("temporal")
    try:
        during = product.status(task_id)
        ready = product.http.get("/ready")
        upload = product.send(CLIPS / "english-dog.mp4")
    finally:
        product.stack.start("temporal")

    assert during["source"] == "catalogue"
    assert during["result"] == before["result"]
    assert during["age_seconds"] >= 1
    assert (ready.status_code, ready.json()["parts"]["temporal"]) == (503, "WorkflowsUnavailable")
    # The request may have reached Temporal: the upload is stored, and the API starts the task later.
    assert (upload.status_code, upload.json()["code"]) == (503, "TaskStartUnknown")
