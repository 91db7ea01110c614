"""CPU worker: workflows, and the activities on FFmpeg, the object store and the catalogue."""

from __future__ import annotations

from temporalio.client import ScheduleActionStartWorkflow

from activities.artifacts.source_cache import SourceFiles
from activities.attempts.interceptor import AttemptInterceptor
from activities.attempts.metrics import AttemptMetrics
from activities.clean_up import CleanUp
from activities.diagnostics import Diagnostics
from activities.downscale import Downscale
from activities.encode_chunk import EncodeChunk
from activities.encode_sound import EncodeSound
from activities.extract_audio import ExtractAudio
from activities.given_subtitles import GivenSubtitles
from activities.join_chunks import JoinChunks
from activities.merger import Merger
from activities.notify import Notify
from activities.plan_chunks import PlanChunks
from activities.probe import Probe
from activities.publish import Publish
from activities.record import Record
from activities.sweep import SweepStorage
from activities.upkeep import Upkeep
from adapters.catalogue import Catalogue, ResumableUploads, read_catalogue, upgrade
from adapters.catalogue import connect as connect_catalogue
from adapters.catalogue.upkeep import CatalogueUpkeep
from adapters.ffmpeg.chunk_tool import ChunkTool
from adapters.ffmpeg.doctor import check_ffmpeg
from adapters.ffmpeg.sandbox import guards
from adapters.ffmpeg.tool import FfmpegTool
from adapters.object_store import S3ObjectStore
from adapters.process.main import run_main
from adapters.settings import read_media, read_store, read_temporal, read_upkeep, read_worker
from adapters.setup.temporal import register_if_allowed
from adapters.subtitles.srt_reader import read_srt
from adapters.temporal.client import connect, meter_of
from adapters.temporal.schedule import RunningTasks, ensure_schedule
from adapters.webhooks import WebhookSender, read_webhooks
from adapters.worker.scratch import worker_scratch
from adapters.worker.serving import Activity, Service, serve
from domain.messages.upkeep import SweepInput
from workflows.diagnostics import Diagnostics as DiagnosticsWorkflow
from workflows.policies import CPU_QUEUE, QUICK_QUEUE, SWEEP_EVERY
from workflows.sweep import Sweep
from workflows.video_pipeline import VideoPipeline


async def run() -> None:
    """Serve until a stop signal."""
    guards.announce()
    worker, media, webhooks = read_worker(CPU_QUEUE), read_media(), read_webhooks()
    catalogue_settings = read_catalogue()
    upgrade(catalogue_settings)
    engine = connect_catalogue(catalogue_settings)
    store = S3ObjectStore(read_store())
    tool = FfmpegTool(media.recipe, media.limits, media.run_limits)
    chunk_tool = ChunkTool(media.recipe, media.limits, media.run_limits)
    client = await connect(read_temporal())
    await register_if_allowed(client)
    await ensure_schedule(
        client,
        "sweep",
        ScheduleActionStartWorkflow(
            Sweep.run, SweepInput(upkeep=read_upkeep()), id="sweep", task_queue=CPU_QUEUE
        ),
        SWEEP_EVERY,
    )
    with worker_scratch(worker.scratch_path) as scratch:
        workflows = [VideoPipeline, DiagnosticsWorkflow, Sweep]
        sources = SourceFiles(store, scratch)
        encodes: list[Activity] = [
            Downscale(store, tool, scratch).run,
            Merger(store, tool, scratch).run,
            EncodeChunk(store, sources, chunk_tool, scratch, worker.identity).run,
            EncodeSound(store, sources, chunk_tool, scratch).run,
            JoinChunks(store, chunk_tool, scratch).run,
        ]
        quick: list[Activity] = [
            Probe(store, tool, scratch).run,
            GivenSubtitles(store, read_srt, scratch).run,
            PlanChunks(sources, chunk_tool, scratch).run,
            ExtractAudio(store, tool, scratch).run,
            Publish(store).run,
            Record(Catalogue(engine)).run,
            CleanUp(store).run,
            Notify(WebhookSender(webhooks.allow_private), webhooks.secret).run,
            SweepStorage(store, RunningTasks(client), ResumableUploads(engine)).run,
            Upkeep(store, CatalogueUpkeep(engine)).run,
            Diagnostics({"worker_cpu: ffmpeg": check_ffmpeg}).run,
        ]
        await serve(
            client,
            worker,
            [
                Service(CPU_QUEUE, worker.concurrent_activities, encodes, workflows),
                Service(QUICK_QUEUE, 2 * worker.concurrent_activities, quick),
            ],
            interceptors=[AttemptInterceptor(client, store), AttemptMetrics(meter_of(client))],
        )


if __name__ == "__main__":
    run_main(run, "worker-cpu")
