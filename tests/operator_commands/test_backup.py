"""The whole product is lost and restored from a backup that was taken while it worked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.backup import back_up, read_manifest, restore
from local.faults import BackupUnusable
from local.settings import REPOSITORY_PATH, Ports, StackSettings
from local.stack import Stack
from tests.e2e import media
from tests.e2e.conftest import CLIPS
from tests.e2e.product import Product
from tests.e2e.test_results import X264
from tests.servers.ports import free_ports


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[StackSettings]:
    settings = StackSettings(tmp_path / "data", Ports(*free_ports(6)))
    yield settings
    Stack(settings).down()


def plays(video: Path) -> None:
    """Decodes every frame; a fault in one is an error."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", str(video), "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def command(settings: StackSettings, backups_path: Path, *words: str, code: int = 0) -> str:
    """Output of `make backup` or `make restore`."""
    places = {"DATA_DIR": str(settings.data_path), "BACKUP_DIR": str(backups_path)}
    done = subprocess.run(
        [sys.executable, "-m", "local", *words],
        cwd=REPOSITORY_PATH,
        env={**os.environ, **places},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


def test_finished_videos_play_and_running_tasks_continue_after_a_restore(
    settings: StackSettings, tmp_path: Path
) -> None:
    backups_path = tmp_path / "backups"
    long_clip = media.make(
        tmp_path / "long.mp4", *media.picture(20, "1280x720"), *media.silence(20), *X264, "-g", "250"
    )
    with Stack(settings) as stack, Product(stack) as product:
        done = product.upload(CLIPS / "english-dog.mp4")
        before = product.completed(done)
        # Long enough not to be done on a fast machine before the loss.
        stack.stop("worker_gpu")
        running = product.upload(long_clip, subtitle_mode="none", language="en")
        product.until(running, lambda status: status["stages"]["downscale"]["started_at"] is not None)

        assert "Backed up" in command(settings, backups_path, "backup")

        (backup_path,) = map(str, backups_path.iterdir())
        refused = command(settings, backups_path, "restore", backup_path, code=1)
        assert "runs: `make down` stops it" in refused
    assert "holds state" in command(settings, backups_path, "restore", backup_path, code=1)
    shutil.rmtree(settings.data_path)

    assert "Restored" in command(settings, backups_path, "restore", backup_path)

    with Stack(settings) as stack, Product(stack) as product:
        assert product.status(done)["result"] == before["result"]
        plays(product.download(done, "final.mp4", tmp_path))
        after = product.until(running, lambda status: status["status"] != "running", within_s=300)
        assert after["status"] == "completed", after
        plays(product.download(running, "final.mp4", tmp_path))


def test_a_backup_that_has_lost_an_object_is_not_restored(tmp_path: Path) -> None:
    settings = StackSettings(tmp_path / "data")
    stack = Stack(settings)
    (settings.data_path / "catalogue.db").touch()
    kept = settings.objects_path / "bucket" / "video"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"a video")
    backup_path = back_up(stack, tmp_path / "backups", print)
    assert read_manifest(backup_path).objects.files == 1

    (backup_path / "s3" / "bucket" / "video").unlink()

    with pytest.raises(BackupUnusable, match="has lost objects"):
        restore(StackSettings(tmp_path / "new"), backup_path, print)
    assert not (tmp_path / "new").exists()


def test_an_empty_folder_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupUnusable, match="nothing to back up"):
        back_up(Stack(StackSettings(tmp_path / "data")), tmp_path / "backups", print)
    with pytest.raises(BackupUnusable, match="is no finished backup"):
        restore(StackSettings(tmp_path / "new"), tmp_path / "nowhere", print)
