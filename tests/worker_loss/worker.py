"""A whole worker in a process of its own, whose stages do what the name of their source says.

It is put together as the product's workers are: the same life, guard, store and process end. Files in the
shared folder tell the test what happens here, and this process what the test has done.
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
            self.tell(f"{name}.attempts", f"{activity.info().attempt}\n")
            if name != "plain":
                getattr(self, f"_{name}")(attempt)
            picture = self.store.put(attempt.key("picture.mp4"), name.encode(), "video/mp4")
            return EncodedVideo(picture)

    def _killer(self, attempt: Attempt) -> None:
        """Ends its worker as soon as it has company, or at once when it had that before; always at its start,
        because whether a beat that tells of more gets away before the end is left to chance."""
        self._until("neighbour.attempts", attempt)
        self.tell("killer.deaths", f"{activity.info().attempt}\n")
        os.kill(os.getpid(), signal.SIGKILL)

    def _unlucky(self, attempt: Attempt) -> None:
        """Its worker dies once; the next time it comes further, and waits there for company."""
        if activity.info().attempt == 1:
            attempt.progress.advance(0.3)
            os.kill(os.getpid(), signal.SIGKILL)
        self.tell("unlucky.is_back", "")
        self._until("may_go_on", attempt)
        attempt.progress.advance(0.5)
        self._until("plain.attempts", attempt)

    def _neighbour(self, attempt: Attempt) -> None:
        """Works until the killer has struck for the first time."""
        self._until("killer.deaths", attempt)

    def _frozen(self, attempt: Attempt) -> None:
        """In its first attempt, stops in the middle of its writing until it is thawed, and writes on."""
        if activity.info().attempt == 1:
            self._write_over_a_freeze(attempt)

    def _numb(self, attempt: Attempt) -> None:
        """The same, but looks whether it is still wanted when it has thawed."""
        if activity.info().attempt == 1:
            self._write_over_a_freeze(attempt)
            while True:
                attempt.progress.working()
                attempt.progress.check()
                time.sleep(0.05)

    def _write_over_a_freeze(self, attempt: Attempt) -> None:
        self.store.put(attempt.key("before.mp4"), b"before", "video/mp4")
        self.tell("writing", "")
        while not (self.shared / "thawed").exists():
            time.sleep(0.05)
        self.store.put(attempt.key("after.mp4"), b"after", "video/mp4")

    def _steady(self, attempt: Attempt) -> None:
        """Works until its worker is told to stop, eight times."""
        while activity.info().attempt <= 8:
            attempt.progress.working()
            attempt.progress.check()
            time.sleep(0.05)

    def _slow(self, attempt: Attempt) -> None:
        """Takes longer than it may, in all but its third attempt."""
        while activity.info().attempt < 3:
            attempt.progress.working()
            attempt.progress.check()
            time.sleep(0.05)
        self.tell("slow.trail", repr(last_details(activity.info()).trail))

    def _deaf(self, attempt: Attempt) -> None:
        """Hears nothing in its first attempt."""
        if activity.info().attempt == 1:
            time.sleep(3600)

    def _until(self, name: str, attempt: Attempt) -> None:
        deadline_s = time.monotonic() + _PATIENCE_S
        while not (self.shared / name).exists():
            assert time.monotonic() < deadline_s, f"there is no {name}"
            attempt.progress.working()
            attempt.progress.check()
            time.sleep(0.05)

    def tell(self, name: str, line: str) -> None:
        with (self.shared / name).open("a") as file:
            file.write(line)


async def run() -> None:
    address, endpoint, access_key, secret_key, bucket, folder, role = sys.argv[1:]
    told = read_worker("test")
    settings = WorkerSettings(
        f"test-{os.getpid()}", Path(folder) / "scratch", 4, told.drain_s, None, None, told.health
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
