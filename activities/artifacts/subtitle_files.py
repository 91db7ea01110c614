"""Subtitle files of a task: stores cues as WebVTT for players and as SRT for other programs."""

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
    """Stores both files; they are valid without cues, too."""
    vtt = to_webvtt(cues, language).encode()
    srt = to_srt(cues).encode()
    return SubtitleFiles(
        vtt=store.put(attempt.key("subtitles.vtt"), vtt, "text/vtt; charset=utf-8"),
        srt=store.put(attempt.key("subtitles.srt"), srt, "application/x-subrip"),
        cue_count=len(cues),
        language=language,
    )
