"""`given_subtitles`: parses a caller's SRT file and writes its cues anew, or names the faulty line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from temporalio import activity

from activities.artifacts.subtitle_files import store_cues
from activities.attempts.attempt import open_attempt
from activities.ports import ObjectStore, SubtitleReader
from domain.messages.stages import GivenSubtitlesInput, SubtitleFiles
from domain.subtitles.given import in_sequence


@dataclass(frozen=True)
class GivenSubtitles:
    store: ObjectStore
    reader: SubtitleReader
    scratch_root: Path

    @activity.defn(name="given_subtitles", no_thread_cancel_exception=True)
    def run(self, request: GivenSubtitlesInput) -> SubtitleFiles:
        """Writes only the parsed cues, so that no byte of the sender's file reaches FFmpeg."""
        with open_attempt(self.scratch_root, request.task_id) as attempt:
            sent_path = attempt.scratch_path / "sent.srt"
            self.store.download(request.srt.key, sent_path, attempt.part(0.0, 0.5))
            given = self.reader(sent_path.read_bytes())
            cues = in_sequence(given.cues, request.media.duration_us)
            files = store_cues(self.store, attempt, cues, request.language)
            return replace(files, remarks=given.remarks)
