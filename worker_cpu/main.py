"""The CPU worker: runs the workflows and everything that FFmpeg, the store and the catalogue do."""

from __future__ import annotations

from activities.checkup import Checkup
from activities.clean_up import CleanUp
from activities.downscale import Downscale
from activities.extract_audio import ExtractAudio
from activities.guard import AttemptGuard
from activities.merger import Merger
from activities.probe import Probe
from activities.publish import Publish
from activities.record import Record
from adapters.catalogue import Catalogue, read_catalogue, upgrade
from adapters.catalogue import connect as connect_catalogue
from adapters.ffmpeg.doctor import check_parts
from adapters.ffmpeg.tool import FfmpegTool
from adapters.object_store import S3ObjectStore
from adapters.process import run_main
from adapters.scratch import own_scratch
from adapters.settings import read_media, read_store, read_temporal, read_worker
from adapters.temporal_client import connect
from adapters.worker_life import Activity, Service, serve
from workflows.checkup import Checkup as CheckupWorkflow
from workflows.policies import CPU_QUEUE, QUICK_QUEUE
from workflows.video_pipeline import VideoPipeline


async def run() -> None:
    """Serve until told to stop."""
    worker, media = read_worker(CPU_QUEUE), read_media()
    catalogue_settings = read_catalogue()
    upgrade(catalogue_settings)
    store = S3ObjectStore(read_store())
    tool = FfmpegTool(media.recipe, media.limits, media.run_limits)
    with own_scratch(worker.scratch_path) as scratch:
        encodes: list[Activity] = [Downscale(store, tool, scratch).run, Merger(store, tool, scratch).run]
        quick: list[Activity] = [
            Probe(store, tool, scratch).run,
            ExtractAudio(store, tool, scratch).run,
            Publish(store).run,
            Record(Catalogue(connect_catalogue(catalogue_settings))).run,
            CleanUp(store).run,
            Checkup({"worker_cpu: ffmpeg": check_parts}).run,
        ]
        client = await connect(read_temporal())
        await serve(
            client,
            worker,
            [
                Service(CPU_QUEUE, worker.concurrent_activities, encodes, [VideoPipeline, CheckupWorkflow]),
                Service(QUICK_QUEUE, 2 * worker.concurrent_activities, quick),
            ],
            interceptors=[AttemptGuard(client, store)],
        )


if __name__ == "__main__":
    run_main(run)
