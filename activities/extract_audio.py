"""`extract_audio`: extracts the sound for language detection and subtitles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from temporalio import activity

from activities.attempts.attempt import open_attempt
from activities.ports import MediaTool, ObjectStore
from domain.messages.stages import ExtractAudioInput
from domain.storage.artifact import Artifact

PCM_MEDIA_TYPE = "audio/L16; rate=16000; channels=1"


@dataclass(frozen=True)
class ExtractAudio:
    store: ObjectStore
    media_tool: MediaTool
    scratch_root: Path

    @activity.defn(name="extract_audio", no_thread_cancel_exception=True)
    def run(self, request: ExtractAudioInput) -> Artifact:
        """16 kHz mono s16le PCM, exactly in time with the picture."""
        with open_attempt(self.scratch_root, request.task_id) as attempt:
            source_path = attempt.scratch_path / "source"
            audio_path = attempt.scratch_path / "audio.pcm"
            self.store.download(request.source.key, source_path, attempt.part(0.0, 0.2))
            self.media_tool.extract_audio(source_path, request.media, audio_path, attempt.part(0.2, 0.8))
            return self.store.upload(
                audio_path, attempt.key("audio.pcm"), PCM_MEDIA_TYPE, attempt.part(0.8, 1.0)
            )
