"""Worker process whose stages behave as the name of their source says.

It is assembled like the product's workers, with the same serving loop, interceptor, store and process end.
The test and this process communicate by files in the shared folder.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from temporalio import activity
from temporalio.client import Client

from activities.attempts.attempt import Attempt, open_attempt
from activities.attempts.endings import last_details
from activities.attempts.interceptor import AttemptInterceptor
from activities.clean_up import CleanUp
from activities.publish import Publish
from adapters.object_store import S3ObjectStore, StoreSettings
from adapters.process.main import run_main
from adapters.settings import WorkerSettings, read_worker
from adapters.worker.scratch import worker_scratch
from adapters.worker.serving import Service, serve
from domain.media.source import SourceMedia
from domain.messages.stages import (
    AnimalsFound,
    AnimalsInput,
    DownscaleInput,
    EncodedVideo,
    ProbeInput,
    RecordInput,
)
from tests.workflows.script import MEDIA
from workflows.policies import CPU_QUEUE, GPU_QUEUE, QUICK_QUEUE
from workflows.video_pipeline import VideoPipeline

_PATIENCE_S = 120


@dataclass(frozen=True)
class Stages:
    store: S3ObjectStore
    scratch: Path
    shared: Path

    @activity.defn(name="probe", no_thread_cancel_exception=True)
    def probe(self, request: ProbeInput) -> SourceMedia:
        with open_attempt(self.scratch, request.task_id):
            return MEDIA

    @activity.defn(name="animal_detection", no_thread_cancel_exception=True)
    def animal_detection(self, request: AnimalsInput) -> AnimalsFound:
        with open_attempt(self.scratch, request.task_id) as attempt:
            return AnimalsFound(self.store.put(attempt.key("animals.json"), b"{}", "application/json"))

    @activity.defn(name="record", no_thread_cancel_exception=True)
    def record(self, request: RecordInput) -> None:
        return None

    @activity.defn(name="downscale", no_thread_cancel_exception=True)
    def downscale(self, request: DownscaleInput) -> EncodedVideo:
        with open_attempt(self.scratch, request.task_id) as attempt:
            name = request.source.key.split("/")[2].partition("-")[0]
            self.write(f"{name}.attempts", f"{activity.info().attempt}\n")
            if name != "plain":
                getattr(self, f"_{name}")(attempt)
            picture = self.store.put(attempt.key("picture.mp4"), name.encode(), "video/mp4")
            return EncodedVideo(picture)

    def _killer(self, attempt: Attempt) -> None:
        """Crashes its worker once the neighbour has started, always before any progress, because a heartbeat
        with progress might not be sent before the crash."""
        self._until("neighbour.attempts", attempt)
        self.write("killer.deaths", f"{activity.info().attempt}\n")
        os.kill(os.getpid(), signal.SIGKILL)

    def _unlucky(self, attempt: Attempt) -> None:
        """Crashes its worker once; its second attempt gets further, and waits there for another attempt."""
        if activity.info().attempt == 1:
            attempt.progress.advance(0.3)
            os.kill(os.getpid(), signal.SIGKILL)
        self.write("unlucky.is_back", "")
        self._until("may_go_on", attempt)
        attempt.progress.advance(0.5)
        self._until("plain.attempts", attempt)

    def _neighbour(self, attempt: Attempt) -> None:
        """Works until the killer's first crash."""
        self._until("killer.deaths", attempt)

    def _frozen(self, attempt: Attempt) -> None:
        """In its first attempt, waits between two writes until the test releases it."""
        if activity.info().attempt == 1:
            self._write_over_a_freeze(attempt)

    def _numb(self, attempt: Attempt) -> None:
        """The same, but then checks whether it must stop."""
        if activity.info().attempt == 1:
            self._write_over_a_freeze(attempt)
            while True:
                attempt.progress.working()
                attempt.progress.check()
                time.sleep(0.05)

    def _write_over_a_freeze(self, attempt: Attempt) -> None:
        self.store.put(attempt.key("before.mp4"), b"before", "video/mp4")
        self.write("writing", "")
        while not (self.shared / "thawed").exists():
            time.sleep(0.05)
        self.store.put(attempt.key("after.mp4"), b"after", "video/mp4")

    def _steady(self, attempt: Attempt) -> None:
        """Works until its worker is drained, eight times."""
        while activity.info().attempt <= 8:
            attempt.progress.working()
            attempt.progress.check()
            time.sleep(0.05)

    def _slow(self, attempt: Attempt) -> None:
        """Exceeds its time limit in all attempts before the third."""
        while activity.info().attempt < 3:
            attempt.progress.working()
            attempt.progress.check()
            time.sleep(0.05)
        self.write("slow.trail", repr(last_details(activity.info()).trail))

    def _deaf(self, attempt: Attempt) -> None:
        """Ignores every stop in its first attempt."""
        if activity.info().attempt == 1:
            time.sleep(3600)

    def _until(self, name: str, attempt: Attempt) -> None:
        deadline_s = time.monotonic() + _PATIENCE_S
        while not (self.shared / name).exists():
            assert time.monotonic() < deadline_s, f"there is no {name}"
            attempt.progress.working()
            attempt.progress.check()
            time.sleep(0.05)

    def write(self, name: str, line: str) -> None:
        with (self.shared / name).open("a") as file:
            file.write(line)


async def run() -> None:
    address, endpoint, access_key, secret_key, bucket, folder, role = sys.argv[1:]
    read = read_worker("test")
    settings = WorkerSettings(
        f"test-{os.getpid()}", Path(folder) / "scratch", 4, read.drain_s, None, None, read.health
    )
    store = S3ObjectStore(StoreSettings(endpoint, access_key, secret_key, bucket))
    client = await Client.connect(address)
    with worker_scratch(settings.scratch_path) as scratch:
        stages = Stages(store, scratch, Path(folder))
        quick = [stages.probe, stages.record, Publish(store).run, CleanUp(store).run]
        aside = [Service(QUICK_QUEUE, 4, quick), Service(GPU_QUEUE, 4, [stages.animal_detection])]
        services = {
            "all": [Service(CPU_QUEUE, 4, [stages.downscale], [VideoPipeline]), *aside],
            "encoder": [Service(CPU_QUEUE, 1, [stages.downscale])],
            "others": [Service(CPU_QUEUE, 1, [], [VideoPipeline]), *aside],
        }
        await serve(client, settings, services[role], interceptors=[AttemptInterceptor(client, store)])


if __name__ == "__main__":
    run_main(run, "worker")
