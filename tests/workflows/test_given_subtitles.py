"""A task with given subtitles skips speech recognition and burns the given cues."""

from __future__ import annotations

from dataclasses import replace

import pytest
from temporalio.client import WorkflowFailureError

from domain.errors import SubtitlesInvalid
from domain.media.rendition import FrameSize
from domain.storage.artifact import Artifact
from domain.tasks.options import ProcessingOptions, SubtitleMode
from domain.tasks.state import StageStatus, TaskStatus
from tests.workflows.rig import Rig

GIVEN = ProcessingOptions(
    subtitle_mode=SubtitleMode.BURN,
    given_subtitles=Artifact("videos/original/v/subtitles", "application/x-subrip", 100, "2" * 64),
    exact_size=FrameSize(640, 360),
    crf=30,
    animals=False,
)


async def test_given_subtitles_are_burned_without_speech_recognition_or_animal_detection(rig: Rig) -> None:
    async with rig.workers():
        state = await (await rig.start(rig.request(GIVEN))).result()

    assert {name: stage.status for name, stage in state.stages.items()} == {
        "downscale": StageStatus.SKIPPED,
        "language_detection": StageStatus.SKIPPED,
        "animal_detection": StageStatus.SKIPPED,
        "subtitles": StageStatus.SKIPPED,
        "merger": StageStatus.COMPLETED,
    }
    assert set(state.outcome.files) == {"final.mp4", "subtitles.vtt", "subtitles.srt"}
    final = rig.script.messages("record")[-1].final
    assert final is not None
    assert final.key == "published/final.mp4"
    [merge] = rig.script.messages("merger")
    assert merge.subtitles.srt.key == "g.srt"
    assert merge.goal.exact == FrameSize(640, 360)
    assert merge.goal.crf == 30
    assert {name for name, _ in rig.script.calls} == {
        "probe", "given_subtitles", "merger", "record", "publish", "clean_up",
    }  # fmt: skip


async def test_given_subtitles_are_drawn_into_every_chunk(rig: Rig) -> None:
    async with rig.workers():
        await (await rig.start(replace(rig.request(GIVEN), chunk_after_s=10))).result()

    orders = [rig.script.messages(f"encode_chunk {number}")[0].order for number in range(3)]
    assert {order.cues.key for order in orders} == {"g.vtt"}
    assert {order.goal.exact for order in orders} == {FrameSize(640, 360)}
    assert rig.script.messages("merger") == []


async def test_subtitles_that_can_not_be_read_end_the_task_with_their_line(rig: Rig) -> None:
    rig.script.faults["given_subtitles"] = [SubtitlesInvalid("Line 6: the cue ends before it begins.")]
    request = rig.request(GIVEN)
    async with rig.workers():
        handle = await rig.start(request)
        verdict = await rig.tasks.admission(request.task_id)
        with pytest.raises(WorkflowFailureError):
            await handle.result()

    assert verdict is not None
    assert (verdict.accepted, verdict.fault_code) == (False, "SubtitlesInvalid")
    assert verdict.fault_message == "Line 6: the cue ends before it begins."
    last = rig.script.messages("record")[-1].state
    assert last.status is TaskStatus.FAILED
    assert rig.script.messages("clean_up")[0].drop_source


async def test_waiting_for_a_task_returns_true_at_its_end_and_false_at_the_time_limit(rig: Rig) -> None:
    request = rig.request(GIVEN)
    await rig.start(request)
    # Longer than a short call to Temporal may take: the wait is bounded by itself alone.
    assert not await rig.tasks.ended(request.task_id, 4)

    async with rig.workers():
        assert await rig.tasks.ended(request.task_id, 120)

    assert await rig.tasks.ended("task-that-nobody-knows", 1)
