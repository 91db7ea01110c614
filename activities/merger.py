"""`merger`: combines picture and subtitles into the final video."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from temporalio import activity

from activities.attempts.attempt import Attempt, open_attempt
from activities.ports import MediaTool, ObjectStore
from domain.messages.stages import EncodedVideo, MergeInput


@dataclass(frozen=True)
class Merger:
    store: ObjectStore
    media_tool: MediaTool
    scratch_root: Path

    @activity.defn(name="merger", no_thread_cancel_exception=True)
    def run(self, request: MergeInput) -> EncodedVideo:
        """Adds a selectable track to a downscaled picture; without one, burns the cues into the source."""
        with open_attempt(self.scratch_root, request.task_id) as attempt:
            final_path = attempt.scratch_path / "final.mp4"
            if request.picture is None:
                self._burn(request, final_path, attempt)
            else:
                self._mux(request, request.picture, final_path, attempt)
            artifact = self.store.upload(
                final_path, attempt.key("final.mp4"), "video/mp4", attempt.part(0.95, 1.0)
            )
            return EncodedVideo(artifact=artifact, copied=request.picture is not None)

    def _mux(self, request: MergeInput, picture: EncodedVideo, final_path: Path, attempt: Attempt) -> None:
        srt_path = attempt.scratch_path / "subtitles.srt"
        self.store.download(request.subtitles.srt.key, srt_path, attempt.part(0.0, 0.01))
        picture_path = attempt.scratch_path / "picture.mp4"
        self.store.download(picture.artifact.key, picture_path, attempt.part(0.01, 0.4))
        self.media_tool.mux_subtitles(
            picture_path, srt_path, request.subtitles.language, final_path, attempt.part(0.4, 0.95)
        )

    def _burn(self, request: MergeInput, final_path: Path, attempt: Attempt) -> None:
        # WebVTT has an escape for every sign, SRT has none: nothing is lost on the way into the picture.
        cues_path = attempt.scratch_path / "subtitles.vtt"
        self.store.download(request.subtitles.vtt.key, cues_path, attempt.part(0.0, 0.01))
        source_path = attempt.scratch_path / "source"
        self.store.download(request.source.key, source_path, attempt.part(0.01, 0.03))
        self.media_tool.burn_subtitles(
            source_path,
            request.media,
            request.goal,
            cues_path,
            final_path,
            attempt.part(0.03, 0.95),
        )
