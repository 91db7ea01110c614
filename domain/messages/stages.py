"""Wire types of the stages: one input and one result for each activity.

Temporal stores them as JSON. So they grow by fields with defaults, and no field is removed or renamed.
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
    """Downscale of a source. Tasks from before `rendition` have only `max_height`."""

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
    """A finished rendition. `copied` is true when the picture was copied without an encode."""

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
    """`audio` is 16 kHz mono s16le PCM, or None for a video without speech."""

    task_id: str
    media: SourceMedia
    audio: Artifact | None = None
    language: str | None = None


@dataclass(frozen=True)
class GivenSubtitlesInput:
    """`srt` is the subtitle file as the caller sent it."""

    task_id: str
    srt: Artifact
    media: SourceMedia
    language: str | None = None


@dataclass(frozen=True)
class AnimalsInput:
    task_id: str
    source: Artifact
    media: SourceMedia


@dataclass(frozen=True)
class AnimalsFound:
    """Animals of a video; `report` is the complete `animals.json`."""

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
    """Merge of picture and subtitles.

    With a `picture` the cues are added as a selectable track. Without one the `source` is encoded into the
    `rendition`, with the cues burned in.
    """

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
    """Update of the catalogue's row with the workflow's state."""

    video_id: str
    state: TaskState
    media: SourceMedia | None = None
    language: LanguageEstimate | None = None
    final: Artifact | None = None
