"""A long video is encoded in chunks, which survive the worker that encoded them."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import media
from tests.e2e.product import Product

SECONDS = 78
FRAMES = SECONDS * 25
FIELDS = {"max_height": "360", "language": "en"}


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six chunks of twelve seconds and a shorter one; noise makes each slow to encode."""
    target = tmp_path_factory.mktemp("clips") / "long.mkv"
    noise = ["-vf", "noise=alls=20:allf=t", "-c:v", "mpeg4", "-q:v", "6", "-g", "250", "-c:a", "libopus"]
    return media.make(target, *media.picture(SECONDS, "960x540"), *media.silence(SECONDS), *noise)


def stored_chunks(product: Product) -> dict[str, Any]:
    """Modification times of the cached chunks."""
    found = product.store.list_objects(product.bucket, "kept/chunks/", recursive=True)
    return {str(entry.object_name): entry.last_modified for entry in found}


def test_a_killed_worker_loses_only_the_chunks_that_it_was_encoding(
    product: Product, long_clip: Path, tmp_path: Path
) -> None:
    before = stored_chunks(product)
    task_id = product.upload(long_clip, subtitle_mode="none", **FIELDS)
    product.until(task_id, lambda _: len(stored_chunks(product)) >= len(before) + 3)
    pid = product.stack.pid("worker_cpu")
    assert pid is not None
    seen: list[int] = []

    product.stack.kill("worker_cpu", signal.SIGKILL)
    at_death = {key: written for key, written in stored_chunks(product).items() if key not in before}
    product.stack.wait_restarted("worker_cpu", pid)

    def ended(status: dict[str, Any]) -> bool:
        seen.append(status["stages"]["downscale"]["frames_done"] or 0)
        return bool(status["status"] == "completed")

    status = product.until(task_id, ended, within_s=300)
    downscale = status["stages"]["downscale"]

    assert {key: stored_chunks(product)[key] for key in at_death} == at_death
    assert seen == sorted(seen)
    assert (downscale["frames_done"], downscale["frames_total"]) == (FRAMES, FRAMES)
    assert media.decoded_frames(product.download(task_id, "final.mp4", tmp_path)) == FRAMES
    assert product.keys(f"temp/{task_id}/") == []


def test_a_second_task_with_the_same_source_and_recipe_encodes_no_chunk_again(
    product: Product, long_clip: Path
) -> None:
    product.completed(product.upload(long_clip, subtitle_mode="none", **FIELDS))
    before = stored_chunks(product)

    product.completed(product.upload(long_clip, subtitle_mode="soft", **FIELDS))

    assert stored_chunks(product) == before


def test_a_long_video_is_burned_in_chunks(product: Product, long_clip: Path, tmp_path: Path) -> None:
    # It has no speech, so there are no cues to draw; other tests cover chunks with cues.
    status = product.completed(product.upload(long_clip, subtitle_mode="burn", **FIELDS))

    assert status["stages"]["merger"]["frames_total"] == FRAMES
    assert media.decoded_frames(product.download(status["task_id"], "final.mp4", tmp_path)) == FRAMES


def test_a_cancelled_long_encode_leaves_no_process(product: Product, long_clip: Path) -> None:
    task_id = product.upload(long_clip, subtitle_mode="none", language="en", max_height="352")
    product.until(task_id, lambda status: (status["stages"]["downscale"]["frames_done"] or 0) > 0)

    assert product.http.post(f"/video/{task_id}/cancel").status_code == 202
    status = product.ended(task_id)

    assert status["status"] == "cancelled"
    assert not any("libx264" in command for command in product.media_processes())
    assert product.keys(f"temp/{task_id}/") == []
