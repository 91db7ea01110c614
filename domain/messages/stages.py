"""The wire types: one input and one result for each workflow, activity and message.

They travel as JSON through Temporal, so they grow by fields with defaults and never
lose or rename one.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.animals.detections import Sighting
from domain.media.rendition import Rendition
from domain.media.source import SourceMedia
from domain.speech.words import LanguageEstimate
from domain.storage.artifact import Artifact
from domain.tasks.state import TaskState


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
    """The same cues as WebVTT and SRT. `remarks` name what was done to them that was not asked for."""

    vtt: Artifact
    srt: Artifact
    cue_count: int
    language: str | None
    remarks: tuple[str, ...] = ()


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
