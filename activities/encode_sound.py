"""`encode_sound`: encodes the whole sound of a video whose picture is encoded in chunks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from temporalio import activity

from activities.artifacts.source_cache import SourceFiles
from activities.artifacts.store_once import store_once
from activities.attempts.attempt import open_attempt
from activities.ports import ChunkTool, ObjectStore
from domain.messages.encode import EncodeSoundInput
from domain.storage.artifact import Artifact
from domain.storage.keys import sound_key


@dataclass(frozen=True)
class EncodeSound:
    store: ObjectStore
    sources: SourceFiles
    chunk_tool: ChunkTool
    scratch_root: Path

    @activity.defn(name="encode_sound", no_thread_cancel_exception=True)
    def run(self, request: EncodeSoundInput) -> Artifact:
        """AAC, exactly in time with the picture; reused if it is in the cache."""
        order = request.order
        with open_attempt(self.scratch_root, order.task_id) as attempt:
            recipe = self.chunk_tool.recipe_sha256(order.media, order.goal, "", plain=False)
            key = sound_key(order.source.sha256, recipe)
            if cached := self.store.find(key):
                return cached
            source_path = attempt.scratch_path / "source"
            sound_path = attempt.scratch_path / "sound.m4a"
            self.sources.place(order.source, source_path, attempt.part(0.0, 0.1))
            self.chunk_tool.encode_sound(source_path, order.media, sound_path, attempt.part(0.1, 0.9))
            return store_once(self.store, attempt, sound_path, key, "audio/mp4", attempt.part(0.9, 1.0))
