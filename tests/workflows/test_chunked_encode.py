"""Encoding of a long video in chunks, on a real Temporal server with scripted activities."""

from __future__ import annotations

from dataclasses import replace

from domain.errors import ChunkFailed, ChunkGivenUp, FileUnknown, ToolMissing
from domain.messages.encode import ChunkPlan
from domain.messages.start import PipelineRequest
from domain.tasks.options import ProcessingOptions, SubtitleMode
from domain.tasks.state import Stage, StageStatus, TaskState, TaskStatus
from tests.workflows.rig import Rig
from tests.workflows.script import MEDIA

BURN = ProcessingOptions(subtitle_mode=SubtitleMode.BURN)


def long_request(rig: Rig, options: ProcessingOptions = ProcessingOptions()) -> PipelineRequest:  # noqa: B008
    rig.script.media = replace(MEDIA, duration_us=36_000_000)
    return rig.request(options, chunk_after_s=30)


async def done(rig: Rig, request: PipelineRequest) -> TaskState:
    async with rig.workers():
        return await (await rig.start(request)).result()


async def test_a_long_video_is_encoded_in_chunks_and_joined_once(rig: Rig) -> None:
    state = await done(rig, long_request(rig))

    assert state.status is TaskStatus.COMPLETED
    encoded = [
        message.chunk.index
        for number in range(3)
        for message in rig.script.messages(f"encode_chunk {number}")
    ]
    assert encoded == [0, 1, 2]
    [joined] = rig.script.messages("join_chunks")
    assert [part.key for part in joined.chunks] == ["chunk-0", "chunk-1", "chunk-2"]
    assert joined.sound.key == "sound.m4a"
    assert rig.script.messages("downscale") == []
    assert rig.script.messages("merger")[0].picture.artifact.key == "joined.mp4"
    assert (state.stages["downscale"].frames_done, state.stages["downscale"].progress) == (900, 100)


async def test_a_video_that_is_not_longer_than_the_threshold_is_encoded_whole(rig: Rig) -> None:
    rig.script.media = replace(MEDIA, duration_us=30_000_000)
    await done(rig, rig.request(chunk_after_s=30))

    assert rig.script.messages("plan_chunks") == []
    assert len(rig.script.messages("downscale")) == 1


async def test_a_burned_video_is_chunked_with_its_cues(rig: Rig) -> None:
    state = await done(rig, long_request(rig, BURN))

    assert rig.script.messages("encode_chunk 1")[0].order.cues.key == "s.vtt"
    assert rig.script.messages("merger") == []
    assert state.stages["merger"].status is StageStatus.COMPLETED
    assert rig.script.messages("publish")[0].files["final.mp4"].key == "joined.mp4"


async def test_a_picture_that_is_copied_is_not_cut(rig: Rig) -> None:
    rig.script.plan = ChunkPlan()
    state = await done(rig, long_request(rig))

    assert len(rig.script.messages("downscale")) == 1
    assert state.stages["downscale"].remarks == ()


async def test_a_video_that_can_not_be_cut_is_encoded_whole_and_the_status_says_why(rig: Rig) -> None:
    rig.script.plan = ChunkPlan(whole_because="vp8 hides some of its frames")
    state = await done(rig, long_request(rig))

    assert len(rig.script.messages("downscale")) == 1
    assert state.stages["downscale"].remarks == ("Encoded whole: vp8 hides some of its frames.",)


async def test_progress_is_the_frames_done_of_all_frames(rig: Rig) -> None:
    request = long_request(rig)
    rig.script.held["encode_chunk 2"] = 0.5
    async with rig.workers():
        handle = await rig.start(request)
        live = await rig.until(
            request.task_id, lambda live: live.state.stages["downscale"].frames_done == 750
        )
        del rig.script.held["encode_chunk 2"]
        await handle.result()

    assert live.state.stages["downscale"].progress == 83
    assert live.state.stages["downscale"].frames_total == 900


async def test_a_chunk_that_fails_is_tried_again_alone(rig: Rig) -> None:
    rig.script.faults["encode_chunk 1"] = [ChunkFailed("Chunk 1: it broke")]
    state = await done(rig, long_request(rig))

    assert state.status is TaskStatus.COMPLETED
    assert [len(rig.script.messages(f"encode_chunk {number}")) for number in range(3)] == [1, 2, 1]


async def test_the_status_says_how_a_troubled_chunk_was_made(rig: Rig) -> None:
    rig.script.remark = "Chunk 1 was encoded by another worker, after: MediaToolFailed: it broke"
    state = await done(rig, long_request(rig))

    assert state.stages["downscale"].remarks[0] == rig.script.remark


async def test_when_a_chunk_is_given_up_the_whole_is_encoded_and_the_status_says_why(rig: Rig) -> None:
    rig.script.faults["encode_chunk 1"] = [ChunkGivenUp("Chunk 1 failed 5 times.")]
    state = await done(rig, long_request(rig))

    assert state.status is TaskStatus.COMPLETED
    assert len(rig.script.messages("downscale")) == 1
    assert rig.script.messages("join_chunks") == []
    assert state.stages["downscale"].remarks == ("Encoded whole after all: Chunk 1 failed 5 times.",)
    assert state.stages["downscale"].progress == 100


async def test_when_a_kept_chunk_is_gone_before_the_join_the_whole_is_encoded(rig: Rig) -> None:
    rig.script.faults["join_chunks"] = [FileUnknown("The object store holds no chunk-1.")]
    state = await done(rig, long_request(rig))

    assert state.status is TaskStatus.COMPLETED
    assert len(rig.script.messages("downscale")) == 1


async def test_a_fault_that_an_operator_must_mend_parks_the_stage_and_keeps_the_chunks(rig: Rig) -> None:
    rig.script.faults["encode_chunk 1"] = [ToolMissing("ffmpeg is not installed.")]
    request = long_request(rig)
    async with rig.workers():
        handle = await rig.start(request)
        parked = await rig.until(request.task_id, lambda live: live.state.parked_until_us is not None)
        await rig.tasks.retry(request.task_id, Stage.DOWNSCALE)
        state = await handle.result()

    assert parked.state.stages["downscale"].status is StageStatus.FAILED
    assert state.status is TaskStatus.COMPLETED
    assert [len(rig.script.messages(f"encode_chunk {number}")) for number in range(3)] == [1, 2, 1]


async def test_a_cancel_reaches_every_chunk(rig: Rig) -> None:
    request = long_request(rig)
    rig.script.held |= {f"encode_chunk {number}": 0.1 for number in range(3)}
    async with rig.workers():
        await rig.start(request)
        await rig.until(request.task_id, lambda live: live.state.stages["downscale"].frames_done == 90)
        await rig.tasks.cancel(request.task_id)
        await rig.until(request.task_id, lambda live: live.state.status is TaskStatus.CANCELLED)

    assert sorted(rig.script.stopped) == ["encode_chunk 0", "encode_chunk 1", "encode_chunk 2"]
