"""The installed command `video-pipeline` against the whole product."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import CLIPS
from tests.e2e.product import Product

COMMAND = Path(sys.executable).with_name("video-pipeline")


class Shell:
    def __init__(self, product: Product, folder: Path) -> None:
        self._url = product.stack.settings.api_url
        self._folder = folder

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the command as a user would, in a folder that is not the repository."""
        done = subprocess.run(
            [str(COMMAND), *arguments],
            env={
                "VIDEO_PIPELINE_API": self._url,
                "PATH": "/usr/bin:/bin",
                "XDG_CACHE_HOME": str(self._folder),
            },
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def ask(self, *arguments: str, code: int = 0) -> Any:
        """Run the command with `--json`; returns its document."""
        return json.loads(self.run(*arguments, "--json", code=code).stdout)


@pytest.fixture
def shell(product: Product, tmp_path: Path) -> Shell:
    return Shell(product, tmp_path)


def test_a_clip_is_uploaded_and_its_result_downloaded(shell: Shell, tmp_path: Path) -> None:
    status = shell.ask("upload", str(CLIPS / "english-dog.mp4"), "--wait")
    assert status["status"] == "completed"
    assert status["result"]["language"] == "en"
    assert status["result"]["animals_detected"] == ["dog"]
    task_id = status["task_id"]
    assert task_id in [task["task_id"] for task in shell.ask("list", "--status", "completed")["tasks"]]
    shell.run("download", task_id)
    assert {path.name for path in (tmp_path / task_id).iterdir()} == set(status["links"])
    assert "english" not in shell.run("download", task_id, "subtitles.vtt", "--dir", "only").stdout
    assert (tmp_path / "only" / "subtitles.vtt").read_text().startswith("WEBVTT")


def test_a_large_clip_is_uploaded_resumably_and_its_result_downloaded(shell: Shell, tmp_path: Path) -> None:
    large = tmp_path / "large.mp4"
    padding = 9 * 1024 * 1024
    free_box = padding.to_bytes(4, "big") + b"free" + bytes(padding - 8)
    large.write_bytes((CLIPS / "english-dog.mp4").read_bytes() + free_box)
    status = shell.ask("upload", str(large), "--wait", "--subtitle-mode", "none")
    assert status["status"] == "completed"
    assert status["result"]["animals_detected"] == ["dog"]
    assert not list((tmp_path / "video-pipeline").rglob("*.upload"))


def test_watching_shows_every_stage_to_its_end(shell: Shell) -> None:
    task_id = shell.ask("upload", str(CLIPS / "spanish-horse.mp4"))["task_id"]
    watched = shell.run("status", task_id, "--watch")
    for name in ("downscale", "language_detection", "animal_detection", "subtitles", "merger"):
        assert f"{name:<20} 100 %  completed" in watched.stderr
    assert "Language: es" in watched.stdout


def test_the_same_key_gives_the_first_task(shell: Shell) -> None:
    clip = str(CLIPS / "english-dog.mp4")
    tasks = [shell.ask("upload", clip, "--key", "from-the-shell")["task_id"] for _ in range(2)]
    assert tasks[0] == tasks[1]


def test_a_cancelled_task_ends_with_exit_code_1(shell: Shell) -> None:
    task_id = shell.ask("upload", str(CLIPS / "demo.mp4"))["task_id"]
    shell.run("cancel", task_id)
    watched = shell.run("status", task_id, "--watch", code=1)
    assert f"Task {task_id} is cancelled." in watched.stdout
    assert shell.ask("cancel", task_id, code=2)["error"]["code"] == "TaskEnded"


def test_a_file_that_is_no_video_is_refused_in_one_line(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "song.mp4").write_text("la la la\n" * 1000)
    refused = shell.run("upload", "song.mp4", code=2)
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1
    assert "not like a video" in refused.stderr


def test_a_stage_that_did_not_fail_can_not_be_retried(shell: Shell) -> None:
    task_id = shell.ask("upload", str(CLIPS / "english-dog.mp4"), "--wait")["task_id"]
    assert shell.ask("retry", task_id, "song", code=2)["error"]["code"] == "StageUnknown"
    assert shell.ask("retry", task_id, "merger", code=2)["error"]["code"] in (
        "StageNotRetryable",
        "TaskEnded",
    )


def test_doctor_finds_no_fault_in_a_running_product(shell: Shell) -> None:
    parts = shell.ask("doctor")["parts"]
    assert [part for part in parts if not part["ok"]] == []
    named = " ".join(part["part"] for part in parts)
    for part in ("api", "temporal", "store", "catalogue", "ffmpeg", "speech model", "vision model"):
        assert part in named
