"""How cues become the files of a task: WebVTT for players, SRT for everything else."""

from __future__ import annotations

from collections.abc import Sequence

from activities.attempts.attempt import Attempt
from activities.ports import ObjectStore
from domain.messages.stages import SubtitleFiles
from domain.subtitles.cues import Cue
from domain.subtitles.files import to_srt, to_webvtt


def store_cues(
    store: ObjectStore, attempt: Attempt, cues: Sequence[Cue], language: str | None
) -> SubtitleFiles:
    """Both files are valid when there are no cues."""
    vtt = to_webvtt(cues, language).encode()
    srt = to_srt(cues).encode()
    return SubtitleFiles(
        vtt=store.put(attempt.key("subtitles.vtt"), vtt, "text/vtt; charset=utf-8"),
        srt=store.put(attempt.key("subtitles.srt"), srt, "application/x-subrip"),
        cue_count=len(cues),
        language=language,
    )
