"""`downscale`: encodes the smaller video to which soft subtitles are added."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from temporalio import activity

from activities.attempts.attempt import open_attempt
from activities.ports import MediaTool, ObjectStore
from domain.messages.stages import DownscaleInput, EncodedVideo


@dataclass(frozen=True)
class Downscale:
    store: ObjectStore
    media_tool: MediaTool
    scratch_root: Path

    @activity.defn(name="downscale", no_thread_cancel_exception=True)
    def run(self, request: DownscaleInput) -> EncodedVideo:
        """H.264 and AAC in MP4, in the wanted size; a source that already conforms is copied."""
        with open_attempt(self.scratch_root, request.task_id) as attempt:
            source_path = attempt.scratch_path / "source"
            picture_path = attempt.scratch_path / "picture.mp4"
            self.store.download(request.source.key, source_path, attempt.part(0.0, 0.02))
            copied = self.media_tool.downscale(
                source_path, request.media, request.goal, picture_path, attempt.part(0.02, 0.98)
            )
            artifact = self.store.upload(
                picture_path, attempt.key("picture.mp4"), "video/mp4", attempt.part(0.98, 1.0)
            )
            return EncodedVideo(artifact=artifact, copied=copied)
