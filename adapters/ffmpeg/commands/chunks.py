"""Which FFmpeg command encodes one chunk, the sound beside it, or joins what was encoded apart."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from adapters.ffmpeg.commands.encode import (
    Argv,
    compiled,
    mp4_options,
    opened,
    picture_options,
    scaled,
    sound_of,
    sound_options,
    sound_tags,
)
from adapters.ffmpeg.commands.input_options import local_file
from adapters.ffmpeg.commands.subtitles import drawn
from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits
from domain.media.chunks import Chunk, FrameClock
from domain.media.rendition import Rendition
from domain.media.source import SourceMedia


def encode_chunk(
    source_path: Path,
    media: SourceMedia,
    rendition: Rendition,
    clock: FrameClock,
    chunk: Chunk,
    ass_path: Path | None,
    recipe: EncodeRecipe,
    target_path: Path,
    limits: MediaLimits,
    *,
    tone_map: bool,
) -> Argv:
    """Encode exactly the chunk's frames, the first of them at time zero; cues are drawn by media time."""
    source = opened(
        source_path,
        limits,
        # The source's own timestamps, so that the chunk's borders can be named exactly.
        copyts=None,
        # The border is the trim's; ffmpeg's own would be rounded to microseconds.
        noaccurate_seek=None,
        seek_timestamp=1,
        ss=f"{chunk.seek_us / 1_000_000:.6f}",
    )
    frames = source[str(media.picture.index)].filter("trim", start_pts=chunk.start_pts, end_pts=chunk.end_pts)
    timed = frames.filter("setpts", f"PTS-({clock.origin_pts})")
    picture = scaled(timed, media.picture, rendition, tone_map=tone_map)
    if ass_path is not None:
        picture = drawn(picture, ass_path)
    from_zero = picture.filter("setpts", f"PTS-({chunk.start_pts - clock.origin_pts})")
    options = picture_options(media.picture, recipe.aiming_at(rendition)) | mp4_options()
    return compiled(ffmpeg.output(from_zero, local_file(target_path), **options))


def encode_sound(
    source_path: Path, media: SourceMedia, recipe: EncodeRecipe, target_path: Path, limits: MediaLimits
) -> Argv:
    """The whole sound at once: AAC that is cut and joined would click."""
    source = opened(source_path, limits)
    options = sound_options(media.sound, recipe) | mp4_options()
    return compiled(ffmpeg.output(*sound_of(source, media.sound), local_file(target_path), **options))


def chunk_list(names: list[str], starts: list[Fraction]) -> str:
    """The concat demuxer's list. Each duration is the distance to the next chunk's start: what a chunk's
    own header says of its last frame's length is a guess."""
    lines = ["ffconcat version 1.0"]
    for number, name in enumerate(names):
        lines.append(f"file {name}")
        if number + 1 < len(starts):
            lines.append(f"duration {float(starts[number + 1] - starts[number]):.6f}")
    return "\n".join(lines) + "\n"


def join_chunks(
    list_path: Path,
    first_frame_us: int,
    sound_path: Path | None,
    media: SourceMedia,
    target_path: Path,
    limits: MediaLimits,
) -> Argv:
    """Copy the chunks' pictures behind each other, and the sound beside them."""
    picture = ffmpeg.input(
        local_file(list_path),
        f="concat",
        protocol_whitelist="file",
        # The list and what it names are this product's own files.
        format_whitelist="concat,mov,mp4,m4a,3gp,3g2,mj2",
        itsoffset=f"{first_frame_us / 1_000_000:.6f}",
    )
    streams: list[Any] = [picture["v:0"]]
    if sound_path is not None:
        streams.append(opened(sound_path, limits)["a:0"])
    options: dict[str, Any] = {"c": "copy"} | sound_tags(media.sound if sound_path else None) | mp4_options()
    return compiled(ffmpeg.output(*streams, local_file(target_path), **options))
