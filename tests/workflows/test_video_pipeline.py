"""`VideoPipeline` on a real Temporal server with scripted activities."""

from __future__ import annotations

from dataclasses import replace

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from domain.errors import (
    AttemptDrained,
    FileUnknown,
    ModelUnavailable,
    NoVideoStream,
    SourceKillsWorker,
    StoreUnavailable,
)
from domain.speech.words import LanguageEstimate, LanguageVerdict
from domain.tasks.options import ProcessingOptions, SubtitleMode
from domain.tasks.state import Stage, StageStatus, TaskStatus
from tests.workflows.rig import Rig


async def test_a_task_runs_every_stage_and_publishes_what_it_made(rig: Rig) -> None:
    request = rig.request()
    async with rig.workers():
        handle = await rig.start(request)
        state = await handle.result()

    assert state.status is TaskStatus.COMPLETED
    assert {stage.status for stage in state.stages.values()} == {StageStatus.COMPLETED}
    assert state.outcome.language == "fr"
    assert state.outcome.animals_detected == ("dog",)
    assert state.outcome.final_video == "published/final.mp4"
    assert set(state.outcome.files) == {"final.mp4", "subtitles.vtt", "subtitles.srt", "animals.json"}
    assert rig.script.messages("record")[-1].state == state
    assert rig.script.messages("clean_up")[0].task_id == request.task_id


async def test_a_given_language_skips_its_detection(rig: Rig) -> None:
    async with rig.workers():
        handle = await rig.start(rig.request(ProcessingOptions(language="es")))
        state = await handle.result()

    assert state.stages["language_detection"].status is StageStatus.SKIPPED
    assert state.outcome.language == "es"
    assert rig.script.messages("language_detection") == []
    assert rig.script.messages("subtitles")[0].language == "es"


async def test_burning_makes_the_final_video_from_the_source(rig: Rig) -> None:
    async with rig.workers():
        handle = await rig.start(rig.request(ProcessingOptions(subtitle_mode=SubtitleMode.BURN)))
        state = await handle.result()

    assert state.stages["downscale"].status is StageStatus.SKIPPED
    assert rig.script.messages("downscale") == []
    assert rig.script.messages("merger")[0].picture is None


async def test_without_subtitles_the_downscaled_video_is_the_final_one(rig: Rig) -> None:
    async with rig.workers():
        handle = await rig.start(rig.request(ProcessingOptions(subtitle_mode=SubtitleMode.NONE)))
        state = await handle.result()

    assert state.stages["subtitles"].status is StageStatus.SKIPPED
    assert state.stages["merger"].status is StageStatus.SKIPPED
    assert state.outcome.subtitles is None
    assert rig.script.messages("publish")[0].files["final.mp4"].key == "picture.mp4"


async def test_a_video_without_sound_has_no_language_and_empty_subtitles(rig: Rig) -> None:
    rig.script.media = replace(rig.script.media, sound=None)
    async with rig.workers():
        handle = await rig.start(rig.request())
        state = await handle.result()

    assert state.outcome.language is None
    assert state.stages["language_detection"].status is StageStatus.COMPLETED
    assert rig.script.messages("extract_audio") == []
    assert rig.script.messages("subtitles")[0].audio is None


async def test_a_video_without_speech_is_not_transcribed(rig: Rig) -> None:
    rig.script.language = LanguageEstimate(LanguageVerdict.NO_SPEECH)
    async with rig.workers():
        handle = await rig.start(rig.request())
        state = await handle.result()

    assert state.outcome.language is None
    assert rig.script.messages("subtitles")[0].audio is None


async def test_a_source_at_fault_is_refused_and_removed(rig: Rig) -> None:
    rig.script.faults["probe"] = [NoVideoStream("The file holds sound only.")]
    request = rig.request()
    async with rig.workers():
        handle = await rig.start(request)
        admission = await rig.tasks.admission(request.task_id)
        with pytest.raises(WorkflowFailureError):
            await handle.result()
        live = await rig.tasks.state(request.task_id)

    assert admission is not None
    assert (admission.accepted, admission.fault_code) == (False, "NoVideoStream")
    assert live is not None
    assert live.state.status is TaskStatus.FAILED
    assert live.state.fault is not None
    assert live.state.fault.message == "The file holds sound only."
    assert rig.script.messages("clean_up")[0].drop_source is True


async def test_a_transient_fault_is_retried_automatically(rig: Rig) -> None:
    rig.script.faults["downscale"] = [StoreUnavailable("The store answered 503.")]
    async with rig.workers():
        handle = await rig.start(rig.request())
        state = await handle.result()

    assert state.status is TaskStatus.COMPLETED
    assert len(rig.script.messages("downscale")) == 2


async def test_a_stage_that_is_drained_again_and_again_does_not_park(rig: Rig) -> None:
    rig.script.faults["downscale"] = [AttemptDrained("The worker is shutting down.") for _ in range(12)]
    async with rig.workers():
        handle = await rig.start(rig.request())
        state = await handle.result()

    assert state.status is TaskStatus.COMPLETED
    assert len(rig.script.messages("downscale")) == 13


async def test_a_source_that_crashes_its_workers_fails_its_task_without_parking(rig: Rig) -> None:
    rig.script.faults["downscale"] = [SourceKillsWorker("The worker crashed 3 times.")]
    request = rig.request()
    async with rig.workers():
        handle = await rig.start(request)
        with pytest.raises(WorkflowFailureError) as failure:
            await handle.result()
        live = await rig.tasks.state(request.task_id)

    assert isinstance(failure.value.cause, ApplicationError)
    assert failure.value.cause.type == "SourceKillsWorker"
    assert live is not None
    assert live.state.status is TaskStatus.FAILED
    assert live.state.stages["downscale"].status is StageStatus.FAILED
    assert live.state.stages["downscale"].fault == live.state.fault
    assert len(rig.script.messages("downscale")) == 1
    assert rig.script.messages("clean_up")[0].drop_source is False


async def test_a_failed_stage_waits_for_a_retry_and_the_others_keep_their_results(rig: Rig) -> None:
    rig.script.faults["subtitles"] = [ModelUnavailable("The model is not there.")]
    request = rig.request()
    async with rig.workers():
        handle = await rig.start(request)
        parked = await rig.until(request.task_id, lambda live: live.state.parked_until_us is not None)
        await rig.until(
            request.task_id,
            lambda live: live.state.stages["downscale"].status is StageStatus.COMPLETED,
        )
        await rig.tasks.retry(request.task_id, Stage.SUBTITLES)
        state = await handle.result()

    assert parked.state.status is TaskStatus.RUNNING
    assert parked.state.stages["subtitles"].status is StageStatus.FAILED
    assert parked.state.stages["subtitles"].fault is not None
    assert parked.state.stages["subtitles"].fault.code == "ModelUnavailable"
    assert state.status is TaskStatus.COMPLETED
    assert state.parked_until_us is None
    assert len(rig.script.messages("subtitles")) == 2
    assert len(rig.script.messages("downscale")) == 1


async def test_a_failed_probe_parks_the_first_stage_of_its_task(rig: Rig) -> None:
    rig.script.faults["probe"] = [ModelUnavailable("ffprobe is not there.")]
    request = rig.request()
    async with rig.workers():
        handle = await rig.start(request)
        await rig.until(request.task_id, lambda live: live.state.parked_until_us is not None)
        await rig.tasks.retry(request.task_id, Stage.DOWNSCALE)
        state = await handle.result()

    assert state.status is TaskStatus.COMPLETED


async def test_a_parked_task_without_a_retry_fails_and_publishes_its_finished_files(rig: Rig) -> None:
    rig.script.faults["merger"] = [ModelUnavailable("No font.")]
    request = rig.request(park_s=1)
    async with rig.workers():
        handle = await rig.start(request)
        with pytest.raises(WorkflowFailureError):
            await handle.result()
        live = await rig.tasks.state(request.task_id)

    assert live is not None
    assert live.state.status is TaskStatus.FAILED
    assert live.state.fault is not None
    assert live.state.fault.code == "ModelUnavailable"
    assert live.state.outcome.subtitles == "published/subtitles.vtt"
    assert live.state.outcome.final_video is None
    assert rig.script.messages("record")[-1].state.status is TaskStatus.FAILED


async def test_a_task_whose_results_are_gone_before_they_are_published_ends_as_failed(rig: Rig) -> None:
    rig.script.faults["publish"] = [FileUnknown("The object store holds no final.mp4.")]
    request = rig.request()
    async with rig.workers():
        handle = await rig.start(request)
        with pytest.raises(WorkflowFailureError):
            await handle.result()
        live = await rig.tasks.state(request.task_id)

    assert live is not None
    assert live.state.fault is not None
    assert live.state.fault.code == "FileUnknown"
    last = rig.script.messages("record")[-1].state
    assert (last.status, last.outcome.files) == (TaskStatus.FAILED, {})
