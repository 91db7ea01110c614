"""Running time of the media that an activity has processed, from which a stage's speed is computed."""

from __future__ import annotations

from domain.messages.encode import EncodeChunkInput, EncodedChunk
from domain.messages.stages import (
    AnimalsInput,
    DownscaleInput,
    LanguageInput,
    MergeInput,
    SubtitlesInput,
)

# 16 kHz mono s16le.
_PCM_BYTES_PER_S = 32_000


def media_done_us(message: object, result: object) -> int:
    """The processed media in microseconds; 0 for steps that only prepare or join, and for cached results.

    The activities of one stage together process the media once.
    """
    match message:
        case EncodeChunkInput(clock=clock, chunk=chunk):
            reused = isinstance(result, EncodedChunk) and result.reused
            return 0 if reused else clock.media_us(chunk.end_pts) - clock.media_us(chunk.start_pts)
        case LanguageInput(audio=audio):
            return audio.size_bytes * 1_000_000 // _PCM_BYTES_PER_S
        case SubtitlesInput(audio=None):
            return 0
        case DownscaleInput() | AnimalsInput() | SubtitlesInput() | MergeInput():
            return message.media.duration_us
    return 0
