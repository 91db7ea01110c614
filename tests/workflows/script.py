"""Scripted activities: return literal results at once, or fail or wait as the script says."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from temporalio import activity

from activities.attempts.failures import as_failure
from domain.animals.detections import Box, Sighting
from domain.attempts.heartbeat import HeartbeatDetails
from domain.errors import AttemptCancelled, PipelineError
from domain.media.chunks import Chunk, FrameClock
from domain.media.source import PictureStream, Ratio, SoundStream, SourceMedia
from domain.messages.encode import (
    ChunkPlan,
    EncodeChunkInput,
    EncodedChunk,
    EncodeSoundInput,
    JoinChunksInput,
    PlanChunksInput,
)
from domain.messages.ending import CleanUpInput, Published, PublishInput
from domain.messages.stages import (
    AnimalsFound,
    AnimalsInput,
    DownscaleInput,
    EncodedVideo,
    ExtractAudioInput,
    GivenSubtitlesInput,
    LanguageInput,
    MergeInput,
    ProbeInput,
    RecordInput,
    SubtitleFiles,
    SubtitlesInput,
)
from domain.speech.words import LanguageEstimate, LanguageVerdict
from domain.storage.artifact import Artifact
from domain.tasks.webhooks import NotifyInput

MEDIA = SourceMedia(
    container="mov",
    duration_us=20_000_000,
    size_bytes=1000,
    picture=PictureStream(0, "h264", "yuv420p", 1920, 1080, Ratio(25)),
    sound=SoundStream(1, "aac", 2, 48000),
)
DOG = Sighting("dog", 0.9, 1_000_000, 5_000_000, 4, 1, 2_000_000, Box(0.1, 0.1, 0.5, 0.5))

THREE_CHUNKS = ChunkPlan(
    chunks=tuple(Chunk(number, 300 * number, 300 * number + 300, 300, 0) for number in range(3)),
    clock=FrameClock(Ratio(1, 25), 0),
)


def artifact(key: str) -> Artifact:
    return Artifact(key, "application/octet-stream", 1, "1" * 64)


@dataclass
class Script:
    """`faults` are the errors that an activity raises, one for each try; `held` activities send heartbeats
    until they are cancelled or released; `calls` are all messages in order of arrival."""

    media: SourceMedia = MEDIA
    language: LanguageEstimate = field(
        default_factory=lambda: LanguageEstimate(LanguageVerdict.DETECTED, "fr", 0.97)
    )
    plan: ChunkPlan = THREE_CHUNKS
    remark: str = ""
    faults: dict[str, list[PipelineError]] = field(default_factory=dict)
    held: dict[str, float] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def messages(self, name: str) -> list[Any]:
        return [message for called, message in self.calls if called == name]

    def activities(self) -> list[Callable[..., Any]]:
        @activity.defn(name="probe")
        def probe(message: ProbeInput) -> SourceMedia:
            return self._play("probe", message, self.media)

        @activity.defn(name="extract_audio")
        def extract_audio(message: ExtractAudioInput) -> Artifact:
            return self._play("extract_audio", message, artifact("audio.pcm"))

        @activity.defn(name="downscale", no_thread_cancel_exception=True)
        def downscale(message: DownscaleInput) -> EncodedVideo:
            return self._play("downscale", message, EncodedVideo(artifact("picture.mp4")))

        @activity.defn(name="plan_chunks")
        def plan_chunks(message: PlanChunksInput) -> ChunkPlan:
            return self._play("plan_chunks", message, self.plan)

        @activity.defn(name="encode_chunk", no_thread_cancel_exception=True)
        def encode_chunk(message: EncodeChunkInput) -> EncodedChunk:
            encoded = EncodedChunk(artifact(f"chunk-{message.chunk.index}"), remark=self.remark)
            return self._play(f"encode_chunk {message.chunk.index}", message, encoded)

        @activity.defn(name="encode_sound")
        def encode_sound(message: EncodeSoundInput) -> Artifact:
            return self._play("encode_sound", message, artifact("sound.m4a"))

        @activity.defn(name="join_chunks")
        def join_chunks(message: JoinChunksInput) -> EncodedVideo:
            return self._play("join_chunks", message, EncodedVideo(artifact("joined.mp4")))

        @activity.defn(name="language_detection")
        def language_detection(message: LanguageInput) -> LanguageEstimate:
            return self._play("language_detection", message, self.language)

        @activity.defn(name="animal_detection")
        def animal_detection(message: AnimalsInput) -> AnimalsFound:
            return self._play("animal_detection", message, AnimalsFound(artifact("animals.json"), (DOG,), 20))

        @activity.defn(name="subtitles")
        def subtitles(message: SubtitlesInput) -> SubtitleFiles:
            files = SubtitleFiles(artifact("s.vtt"), artifact("s.srt"), 3, message.language)
            return self._play("subtitles", message, files)

        @activity.defn(name="given_subtitles")
        def given_subtitles(message: GivenSubtitlesInput) -> SubtitleFiles:
            files = SubtitleFiles(artifact("g.vtt"), artifact("g.srt"), 3, message.language)
            return self._play("given_subtitles", message, files)

        @activity.defn(name="merger")
        def merger(message: MergeInput) -> EncodedVideo:
            return self._play("merger", message, EncodedVideo(artifact("final.mp4")))

        @activity.defn(name="publish", no_thread_cancel_exception=True)
        def publish(message: PublishInput) -> Published:
            files = {name: artifact(f"published/{name}") for name in message.files}
            return self._play("publish", message, Published(files))

        @activity.defn(name="record")
        def record(message: RecordInput) -> None:
            self._play("record", message, None)

        @activity.defn(name="clean_up")
        def clean_up(message: CleanUpInput) -> None:
            self._play("clean_up", message, None)

        @activity.defn(name="notify")
        def notify(message: NotifyInput) -> None:
            self._play("notify", message, None)

        return [
            notify,
            probe,
            extract_audio,
            downscale,
            plan_chunks,
            encode_chunk,
            encode_sound,
            join_chunks,
            language_detection,
            animal_detection,
            subtitles,
            given_subtitles,
            merger,
            publish,
            record,
            clean_up,
        ]

    def _play(self, name: str, message: Any, result: Any) -> Any:
        self.calls.append((name, message))
        while name in self.held:
            activity.heartbeat(
                HeartbeatDetails(self.held[name], frames=300 if name.startswith("encode_chunk") else 0)
            )
            if activity.is_cancelled():
                self.stopped.append(name)
                raise as_failure(AttemptCancelled("cancelled"))
            time.sleep(0.05)
        if self.faults.get(name):
            raise as_failure(self.faults[name].pop(0))
        return result
