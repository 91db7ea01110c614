"""`VideoPipeline`: processing of one video, from its upload to its published result."""

from __future__ import annotations

import asyncio

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.animal_detection import AnimalDetection
    from activities.downscale import Downscale
    from activities.merger import Merger
    from activities.probe import Probe
    from domain.animals.detections import Sighting  # noqa: F401

    # The sandbox resolves the types of nested fields only in modules that a workflow imports itself.
    from domain.media.chunks import FrameClock  # noqa: F401
    from domain.media.rendition import FrameSize  # noqa: F401
    from domain.media.source import SourceMedia
    from domain.messages import stages
    from domain.messages.encode import EncodeOrder
    from domain.messages.ending import Published  # noqa: F401
    from domain.messages.stages import EncodedVideo, SubtitleFiles
    from domain.messages.start import Admission, PipelineRequest, RetryStage
    from domain.speech.words import LanguageEstimate  # noqa: F401
    from domain.storage.artifact import Artifact
    from domain.subtitles.style import CueStyle  # noqa: F401
    from domain.tasks.board import skipped_stages
    from domain.tasks.options import ProcessingOptions  # noqa: F401
    from domain.tasks.state import Stage, TaskState, TaskStatus
    from workflows import metrics, policies
    from workflows.chunked_encode import ChunkedEncode
    from workflows.search_attributes import update_search_attributes
    from workflows.stage_runner import StageRunner, TaskFailed, all_of, now_us
    from workflows.subtitle_stages import SubtitleStages
    from workflows.task_ending import TaskEnding

# The probe belongs to the first of these stages that is not skipped.
_FIRST_STAGES = (Stage.DOWNSCALE, Stage.ANIMAL_DETECTION, Stage.MERGER)


@workflow.defn
class VideoPipeline:
    @workflow.init
    def __init__(self, request: PipelineRequest) -> None:
        self._request = request
        self._options = request.options
        self._skipped = skipped_stages(request.options)
        self._stages = StageRunner(request)
        self._ending = TaskEnding(self._stages, request)
        self._stages.on_park = self._ending.record_soon
        self._admission: Admission | None = None
        self._files: dict[str, Artifact] = {}
        self._subtitles = SubtitleStages(self._stages, request)
        self._attributes: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self, request: PipelineRequest) -> TaskState:
        """Returns the completed task's state; fails or is cancelled like the task."""
        self._attributes = asyncio.create_task(update_search_attributes(lambda: self._stages.board.state))
        try:
            media = await self._admit()
            picture = asyncio.create_task(self._downscale(media))
            animals = asyncio.create_task(self._find_animals(media))
            subtitles = asyncio.create_task(self._subtitle(media))
            final = asyncio.create_task(self._merge(media, picture, subtitles))
            await all_of(final, animals, subtitles, picture)
        except TaskFailed as failure:
            await self._ending.end(
                TaskStatus.FAILED, self._files, failure.fault, drop_source=failure.source_refused
            )
            raise ApplicationError(
                failure.fault.message, type=failure.fault.code, non_retryable=True
            ) from failure
        except asyncio.CancelledError:
            await self._ending.end(TaskStatus.CANCELLED, {})
            raise
        state = await self._ending.end(TaskStatus.COMPLETED, self._files)
        if state.fault is not None:
            raise ApplicationError(state.fault.message, type=state.fault.code, non_retryable=True)
        return state

    @workflow.update
    async def admission(self) -> Admission:
        """Waits for the probe's result: accepted or refused."""
        await workflow.wait_condition(lambda: self._admission is not None)
        assert self._admission is not None
        return self._admission

    @workflow.update
    async def retry_stage(self, request: RetryStage) -> None:
        """Retries a parked stage; refused with `StageNotRetryable` when it is not parked."""
        self._stages.retry(request.stage)

    @retry_stage.validator
    def _check_retry(self, request: RetryStage) -> None:
        if not self._stages.retryable(request.stage):
            raise ApplicationError(
                f"The stage {request.stage!r} is not waiting for a retry.", type="StageNotRetryable"
            )

    @workflow.signal
    def retry(self, request: RetryStage) -> None:
        """The same as a signal, for tools without updates, such as `tctl`."""
        if self._stages.retryable(request.stage):
            self._stages.retry(request.stage)

    @workflow.query
    def status(self) -> TaskState:
        """The task's state, without live progress."""
        return self._stages.board.state

    async def _admit(self) -> SourceMedia:
        metrics.count_begun()
        self._stages.board.begin(now_us())
        first = next(stage for stage in _FIRST_STAGES if stage not in self._skipped)
        source = stages.ProbeInput(self._request.task_id, self._request.source)
        try:
            media = await self._stages.run(
                first, Probe.run, source, queue=policies.QUICK_QUEUE, step="probe", goal=0, refusable=True
            )
            await self._subtitles.read_given(media)
        except TaskFailed as failure:
            self._admission = Admission(False, failure.fault.code, failure.fault.message)
            raise
        self._ending.media = media
        self._admission = Admission(accepted=True)
        self._ending.record_soon()
        return media

    async def _downscale(self, media: SourceMedia) -> EncodedVideo | None:
        if Stage.DOWNSCALE in self._skipped:
            return None
        order = self._order(media)
        picture = await self._encode_in_chunks(Stage.DOWNSCALE, order)
        if picture is None:
            picture = await self._stages.run(
                Stage.DOWNSCALE,
                Downscale.run,
                stages.DownscaleInput(order.task_id, order.source, media, order.max_height, order.rendition),
                queue=policies.CPU_QUEUE,
            )
        if Stage.MERGER in self._skipped:
            self._files["final.mp4"] = picture.artifact
        return picture

    def _order(self, media: SourceMedia, cues: Artifact | None = None) -> EncodeOrder:
        options = self._options
        return EncodeOrder(
            self._request.task_id, self._request.source, media, options.max_height, cues, options.rendition
        )

    async def _encode_in_chunks(self, stage: Stage, order: EncodeOrder) -> EncodedVideo | None:
        """The encoded video; None for a short video and one that can't be encoded in chunks."""
        chunk_after_us = self._request.chunk_after_s * 1_000_000
        if chunk_after_us == 0 or order.media.duration_us <= chunk_after_us:
            return None
        return await ChunkedEncode(self._stages, stage, order).run()

    async def _find_animals(self, media: SourceMedia) -> None:
        if Stage.ANIMAL_DETECTION in self._skipped:
            return
        found = await self._stages.run(
            Stage.ANIMAL_DETECTION,
            AnimalDetection.run,
            stages.AnimalsInput(self._request.task_id, self._request.source, media),
            queue=policies.GPU_QUEUE,
        )
        self._files["animals.json"] = found.report
        self._stages.set_outcome(animals_detected=tuple(sighting.label for sighting in found.sightings))

    async def _subtitle(self, media: SourceMedia) -> SubtitleFiles | None:
        subtitles = await self._subtitles.run(media)
        if subtitles is not None:
            self._files |= {"subtitles.vtt": subtitles.vtt, "subtitles.srt": subtitles.srt}
        return subtitles

    async def _merge(
        self,
        media: SourceMedia,
        picture: asyncio.Task[EncodedVideo | None],
        subtitles: asyncio.Task[SubtitleFiles | None],
    ) -> None:
        cues = await subtitles
        if cues is None:
            return
        final = await self._merged(media, await picture, cues)
        self._files["final.mp4"] = final.artifact

    async def _merged(
        self, media: SourceMedia, picture: EncodedVideo | None, cues: SubtitleFiles
    ) -> EncodedVideo:
        if picture is None:
            # Without cues there is nothing to burn in.
            order = self._order(media, cues.vtt if cues.cue_count else None)
            burned = await self._encode_in_chunks(Stage.MERGER, order)
            if burned is not None:
                return burned
        request = self._request
        return await self._stages.run(
            Stage.MERGER,
            Merger.run,
            stages.MergeInput(
                request.task_id,
                request.source,
                media,
                self._options.max_height,
                cues,
                picture,
                self._options.rendition,
            ),
            queue=policies.CPU_QUEUE,
        )
