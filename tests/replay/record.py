"""Recorder of the histories that the replay test runs.

`python -m tests.replay.record` runs every path on a real Temporal server. Run it for a path that is
new; a history that exists is what running tasks look like, and is written again only by `--all`.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from temporalio.client import Client, WorkflowFailureError

from domain.errors import (
    AttemptDrained,
    ChunkFailed,
    ChunkGivenUp,
    ModelUnavailable,
    NoVideoStream,
    SourceKillsWorker,
    StoreUnavailable,
    SubtitlesInvalid,
    ToolMissing,
)
from domain.media.rendition import FrameSize
from domain.messages.start import PipelineRequest
from domain.storage.artifact import Artifact
from domain.tasks.options import ProcessingOptions, SubtitleMode
from domain.tasks.state import Stage, TaskStatus
from tests.servers.temporal_server import temporal_server
from tests.workflows.rig import Rig
from tests.workflows.script import Script

HISTORIES = Path(__file__).parent / "histories"
REPOSITORY = Path(__file__).parents[2]


async def _done(rig: Rig, request: PipelineRequest) -> None:
    await (await rig.start(request)).result()


async def _reports(rig: Rig, request: PipelineRequest) -> None:
    await _done(rig, replace(request, webhook_url="https://example.org/hook"))


async def _ended(rig: Rig, request: PipelineRequest) -> None:
    try:
        await _done(rig, request)
    except WorkflowFailureError:
        return
    raise AssertionError("this path was to end in a failure")


async def _passing_fault(rig: Rig, request: PipelineRequest) -> None:
    rig.script.faults["downscale"] = [StoreUnavailable("The store answered 503.")]
    await _done(rig, request)


async def _refused(rig: Rig, request: PipelineRequest) -> None:
    rig.script.faults["probe"] = [NoVideoStream("The file holds sound only.")]
    handle = await rig.start(request)
    await rig.tasks.admission(request.task_id)
    try:
        await handle.result()
    except WorkflowFailureError:
        return


async def _parked_and_retried(rig: Rig, request: PipelineRequest) -> None:
    rig.script.faults["subtitles"] = [ModelUnavailable("The model is not there.")]
    handle = await rig.start(request)
    await rig.until(request.task_id, lambda live: live.state.parked_until_us is not None)
    await rig.tasks.retry(request.task_id, Stage.SUBTITLES)
    await handle.result()


async def _parked_and_cancelled(rig: Rig, request: PipelineRequest) -> None:
    rig.script.held["downscale"] = 0.5
    rig.script.faults["subtitles"] = [ModelUnavailable("The model is not there.")]
    await rig.start(request)
    await rig.until(request.task_id, lambda live: live.state.parked_until_us is not None)
    await rig.tasks.cancel(request.task_id)
    await _ended(rig, request)


async def _given_up(rig: Rig, request: PipelineRequest) -> None:
    rig.script.faults["merger"] = [ModelUnavailable("No font.")]
    await _ended(rig, request)


async def _cancelled(rig: Rig, request: PipelineRequest) -> None:
    rig.script.held["downscale"] = 0.5
    await rig.start(request)
    await rig.until(request.task_id, lambda live: live.state.stages["downscale"].progress == 50)
    await rig.tasks.cancel(request.task_id)
    await _ended(rig, request)


async def _chunked(rig: Rig, request: PipelineRequest) -> None:
    rig.script.faults["encode_chunk 1"] = [ChunkFailed("Chunk 1: it broke")]
    rig.script.remark = "Chunk 1 was encoded at another try, after: MediaToolFailed: it broke"
    await _done(rig, _long(request))


async def _chunks_given_up(rig: Rig, request: PipelineRequest) -> None:
    rig.script.faults["encode_chunk 1"] = [ChunkGivenUp("Chunk 1 failed 5 times.")]
    await _done(rig, _long(request))


async def _chunks_cancelled(rig: Rig, request: PipelineRequest) -> None:
    rig.script.held |= {f"encode_chunk {number}": 0.1 for number in range(3)}
    await rig.start(_long(request))
    await rig.until(request.task_id, lambda live: live.state.stages["downscale"].frames_done == 90)
    await rig.tasks.cancel(request.task_id)
    await _cancelled_in_the_end(rig, request)


async def _chunks_parked(rig: Rig, request: PipelineRequest) -> None:
    rig.script.faults["encode_chunk 1"] = [ToolMissing("ffmpeg is not installed.")]
    handle = await rig.start(_long(request))
    await rig.until(request.task_id, lambda live: live.state.parked_until_us is not None)
    await rig.tasks.retry(request.task_id, Stage.DOWNSCALE)
    await handle.result()


async def _given_refused(rig: Rig, request: PipelineRequest) -> None:
    rig.script.faults["given_subtitles"] = [SubtitlesInvalid("Line 6: the cue ends before it begins.")]
    await _ended(rig, request)


def _long(request: PipelineRequest) -> PipelineRequest:
    """The scripted source runs 20 s."""
    return replace(request, chunk_after_s=10)


async def _cancelled_in_the_end(rig: Rig, request: PipelineRequest) -> None:
    await rig.until(request.task_id, lambda live: live.state.status is TaskStatus.CANCELLED)


async def _drained(rig: Rig, request: PipelineRequest) -> None:
    rig.script.faults["downscale"] = [AttemptDrained("The worker is shutting down.") for _ in range(7)]
    await _done(rig, request)


async def _kills_worker(rig: Rig, request: PipelineRequest) -> None:
    rig.script.faults["downscale"] = [SourceKillsWorker("The worker crashed 3 times.")]
    await _ended(rig, request)


_GIVEN = ProcessingOptions(
    subtitle_mode=SubtitleMode.BURN,
    given_subtitles=Artifact("videos/original/v/subtitles", "application/x-subrip", 100, "2" * 64),
    exact_size=FrameSize(640, 360),
    crf=23,
    animals=False,
)

Journey = Callable[[Rig, PipelineRequest], Awaitable[None]]
PATHS: dict[str, tuple[Journey, ProcessingOptions]] = {
    "soft": (_done, ProcessingOptions()),
    "burn": (_done, ProcessingOptions(subtitle_mode=SubtitleMode.BURN)),
    "no-subtitles": (_done, ProcessingOptions(subtitle_mode=SubtitleMode.NONE)),
    "language-given": (_done, ProcessingOptions(language="es")),
    "passing-fault": (_passing_fault, ProcessingOptions()),
    "refused": (_refused, ProcessingOptions()),
    "parked-and-retried": (_parked_and_retried, ProcessingOptions()),
    "given-up": (_given_up, ProcessingOptions()),
    "cancelled": (_cancelled, ProcessingOptions()),
    "chunked": (_chunked, ProcessingOptions()),
    "chunked-burn": (_chunked, ProcessingOptions(subtitle_mode=SubtitleMode.BURN)),
    "chunks-given-up": (_chunks_given_up, ProcessingOptions()),
    "chunks-cancelled": (_chunks_cancelled, ProcessingOptions()),
    "given-subtitles": (_done, _GIVEN),
    "given-soft": (_done, replace(_GIVEN, subtitle_mode=SubtitleMode.SOFT, animals=True)),
    "given-refused": (_given_refused, _GIVEN),
    "given-chunked": (_chunked, _GIVEN),
    "chunks-parked": (_chunks_parked, ProcessingOptions()),
    "drained": (_drained, ProcessingOptions()),
    "kills-worker": (_kills_worker, ProcessingOptions()),
    "webhook": (_reports, ProcessingOptions()),
    # Those above are from before tasks had search attributes.
    "listed": (_done, ProcessingOptions()),
    "listed-parked-and-retried": (_parked_and_retried, ProcessingOptions()),
    "listed-parked-and-cancelled": (_parked_and_cancelled, ProcessingOptions()),
    "listed-given-up": (_given_up, ProcessingOptions()),
    "listed-chunked": (_chunked, ProcessingOptions()),
    "listed-cancelled": (_cancelled, ProcessingOptions()),
}


async def record(again: bool) -> None:
    """Records the paths that have no history yet, or all of them with `again`."""
    with tempfile.TemporaryDirectory() as folder, temporal_server(Path(folder) / "server.log") as address:
        client = await Client.connect(address, identity="recorder")
        for name, (path, options) in PATHS.items():
            target = HISTORIES / f"{name}.json"
            if target.exists() and not again:
                continue
            rig = Rig(client, Script())
            request = rig.request(options, park_s=1 if name.endswith("given-up") else 600)
            async with rig.workers():
                await path(rig, request)
            history = await client.get_workflow_handle(request.task_id).fetch_history()
            target.write_text(_without_paths(history.to_json()) + "\n")


def _without_paths(text: str) -> str:
    """Removes the recording machine's paths, which stack traces contain."""
    return text.replace(f"{REPOSITORY}/", "").replace(sys.base_prefix, "")


if __name__ == "__main__":
    asyncio.run(record(again="--all" in sys.argv))
