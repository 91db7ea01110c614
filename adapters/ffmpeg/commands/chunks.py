"""FFmpeg commands of chunked encoding: one chunk's picture, the whole sound, and the join of all."""

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
        # Keeps the source's timestamps, so that the chunk's borders are exact.
        copyts=None,
        # The trim filter sets the border; ffmpeg's own seek would round it to microseconds.
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
    options = picture_options(media.picture, recipe.with_quality_of(rendition)) | mp4_options()
    return compiled(ffmpeg.output(from_zero, local_file(target_path), **options))


def encode_sound(
    source_path: Path, media: SourceMedia, recipe: EncodeRecipe, target_path: Path, limits: MediaLimits
) -> Argv:
    """Encode the whole sound in one run: AAC that is cut and joined clicks."""
    source = opened(source_path, limits)
    options = sound_options(media.sound, recipe) | mp4_options()
    return compiled(ffmpeg.output(*sound_of(source, media.sound), local_file(target_path), **options))


def chunk_list(names: list[str], starts: list[Fraction]) -> str:
    """Text of the concat demuxer's list. Each duration is the distance to the next chunk's start, because the
    length of the last frame in a chunk's header is a guess."""
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
    """Concatenate the chunks' pictures and mux the sound, both without encoding."""
    picture = ffmpeg.input(
        local_file(list_path),
        f="concat",
        protocol_whitelist="file",
        # The list and the files in it were written by this product.
        format_whitelist="concat,mov,mp4,m4a,3gp,3g2,mj2",
        itsoffset=f"{first_frame_us / 1_000_000:.6f}",
    )
    streams: list[Any] = [picture["v:0"]]
    if sound_path is not None:
        streams.append(opened(sound_path, limits)["a:0"])
    options: dict[str, Any] = {"c": "copy"} | sound_tags(media.sound if sound_path else None) | mp4_options()
    return compiled(ffmpeg.output(*streams, local_file(target_path), **options))
