"""The wire types: one input and one result for each workflow, activity and message.

They travel as JSON through Temporal, so they grow by fields with defaults and never
lose or rename one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from domain.accounts import Plan
from domain.cue_style import READABLE, CueStyle
from domain.detections import Sighting
from domain.media import SourceMedia
from domain.rendition import FrameSize, Rendition
from domain.speech import LanguageEstimate
from domain.stages import TaskState
from domain.trail import Trail


class SubtitleMode(StrEnum):
    """`soft`: a selectable track; `burn`: drawn into the picture; `none`: no subtitles are made."""

    SOFT = "soft"
    BURN = "burn"
    NONE = "none"


@dataclass(frozen=True)
class Artifact:
    """An object in the store."""

    key: str
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class ProcessingOptions:
    """What the caller asks for. `language` (ISO 639-1) is a hint that skips detection.

    `given_subtitles` (SRT, as it was sent) stand instead of what is heard: then nobody listens. With an
    `exact_size` the picture gets bars where its shape differs; `crf` None is the operator's.
    """

    subtitle_mode: SubtitleMode = SubtitleMode.SOFT
    max_height: int = 1080
    language: str | None = None
    given_subtitles: Artifact | None = None
    exact_size: FrameSize | None = None
    crf: int | None = None
    animals: bool = True
    style: CueStyle = READABLE

    def __post_init__(self) -> None:
        if self.given_subtitles is not None and self.subtitle_mode is SubtitleMode.NONE:
            raise ValueError("given subtitles are burned or soft")
        # Also checks the values.
        _ = self.rendition

    @property
    def rendition(self) -> Rendition:
        return Rendition(self.max_height, self.exact_size, self.crf, self.style)


@dataclass(frozen=True)
class PipelineRequest:
    """Starts a `VideoPipeline`. `stage_timeout_s` bounds one attempt of a stage.

    An encode of more than `chunk_after_s` of media is cut into chunks; 0, as in tasks that are
    older than chunks, never cuts. `webhook_url` is told when the task has completed or failed.
    """

    task_id: str
    video_id: str
    owner: str
    filename: str
    source: Artifact
    options: ProcessingOptions = ProcessingOptions()
    stage_timeout_s: int = 1800
    park_s: int = 24 * 3600
    chunk_after_s: int = 0
    plan: Plan = Plan.STANDARD
    webhook_url: str = ""


@dataclass(frozen=True)
class Admission:
    """The verdict of the probe, for the caller who still waits on the line."""

    accepted: bool
    fault_code: str = ""
    fault_message: str = ""


@dataclass(frozen=True)
class Beat:
    """What a heartbeat tells, and what the next attempt finds: how much of the activity is done, 0 to 1.

    `reached` is the furthest that an earlier attempt had come, `trail` how the earlier ones ended. A chunk
    also tells how many `frames` it has, how often its encoder has failed, and where last.
    """

    fraction: float = 0.0
    trail: Trail = field(default_factory=Trail)
    reached: float = 0.0
    frames: int = 0
    failures: int = 0
    failed_on: str = ""
    last_failure: str = ""
    handed_back: int = 0

    def carried_on(self) -> Beat:
        """What the next attempt begins with."""
        return replace(self, fraction=0.0, reached=max(self.reached, self.fraction))


@dataclass(frozen=True)
class RetryStage:
    """Asks a parked task to try a failed stage again."""

    stage: str


@dataclass(frozen=True)
class ProbeInput:
    task_id: str
    source: Artifact


@dataclass(frozen=True)
class DownscaleInput:
    """Older than `rendition` are tasks that name only `max_height`."""

    task_id: str
    source: Artifact
    media: SourceMedia
    max_height: int
    rendition: Rendition | None = None

    @property
    def goal(self) -> Rendition:
        return self.rendition or Rendition(self.max_height)


@dataclass(frozen=True)
class EncodedVideo:
    """A rendition. `copied` says that the picture was not encoded again."""

    artifact: Artifact
    copied: bool = False


@dataclass(frozen=True)
class ExtractAudioInput:
    task_id: str
    source: Artifact
    media: SourceMedia


@dataclass(frozen=True)
class LanguageInput:
    """`audio` is 16 kHz mono s16le PCM."""

    task_id: str
    audio: Artifact


@dataclass(frozen=True)
class SubtitlesInput:
    """`audio` is 16 kHz mono s16le PCM, or None when it is known that nobody speaks."""

    task_id: str
    media: SourceMedia
    audio: Artifact | None = None
    language: str | None = None


@dataclass(frozen=True)
class AnimalsInput:
    task_id: str
    source: Artifact
    media: SourceMedia


@dataclass(frozen=True)
class AnimalsFound:
    """The animals of a video; `report` is the JSON with every detail."""

    report: Artifact
    sightings: tuple[Sighting, ...] = ()
    frames_examined: int = 0


@dataclass(frozen=True)
class SubtitleFiles:
    """The same cues as WebVTT and SRT."""

    vtt: Artifact
    srt: Artifact
    cue_count: int
    language: str | None


@dataclass(frozen=True)
class MergeInput:
    """With a `picture` the cues become a selectable track of it; without one they are drawn
    into the `source`, which is made into the `rendition` in the same pass."""

    task_id: str
    source: Artifact
    media: SourceMedia
    max_height: int
    subtitles: SubtitleFiles
    picture: EncodedVideo | None = None
    rendition: Rendition | None = None

    @property
    def goal(self) -> Rendition:
        return self.rendition or Rendition(self.max_height)


@dataclass(frozen=True)
class RecordInput:
    """Brings the catalogue's row in line with the workflow."""

    video_id: str
    state: TaskState
    media: SourceMedia | None = None
    language: LanguageEstimate | None = None
    final: Artifact | None = None
