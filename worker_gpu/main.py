"""GPU worker: speech and animal stages with Whisper and YOLO, on a GPU or, with DEVICE=cpu, a CPU."""

from __future__ import annotations

from activities.animal_detection import AnimalDetection
from activities.attempts.interceptor import AttemptInterceptor
from activities.attempts.metrics import AttemptMetrics
from activities.diagnostics import Diagnostics
from activities.language_detection import LanguageDetection
from activities.subtitles import Subtitles
from adapters.ffmpeg.doctor import check_ffmpeg
from adapters.ffmpeg.frames import FrameReader
from adapters.ffmpeg.sandbox import guards
from adapters.models.settings import read_speech, read_vision
from adapters.object_store import S3ObjectStore
from adapters.process.main import run_main
from adapters.settings import read_media, read_store, read_temporal, read_worker
from adapters.speech.engines import speech_engine
from adapters.temporal.client import connect, meter_of
from adapters.vision.yolo_detector import YoloDetector
from adapters.worker.scratch import worker_scratch
from adapters.worker.serving import Activity, Service, serve
from workflows.policies import GPU_QUEUE


async def run() -> None:
    """Serve until a stop signal."""
    guards.announce()
    worker, media = read_worker(GPU_QUEUE), read_media()
    store = S3ObjectStore(read_store())
    speech = speech_engine(read_speech())
    detector = YoloDetector(read_vision(), FrameReader(media.limits, media.run_limits))
    with worker_scratch(worker.scratch_path) as scratch:
        activities: list[Activity] = [
            LanguageDetection(store, speech, scratch).run,
            AnimalDetection(store, detector, scratch).run,
            Subtitles(store, speech, scratch).run,
            Diagnostics(
                {
                    "worker_gpu: ffmpeg": check_ffmpeg,
                    "worker_gpu: speech model": speech.prepare,
                    "worker_gpu: vision model": detector.prepare,
                }
            ).run,
        ]
        client = await connect(read_temporal())
        await serve(
            client,
            worker,
            [Service(GPU_QUEUE, worker.concurrent_activities, activities)],
            prepare=[speech.prepare, detector.prepare],
            interceptors=[AttemptInterceptor(client, store), AttemptMetrics(meter_of(client))],
        )


if __name__ == "__main__":
    run_main(run, "worker-gpu")
