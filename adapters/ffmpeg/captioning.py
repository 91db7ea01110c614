"""Which FFmpeg command puts cues into a video, as a track or into the picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ffmpeg
from iso639 import Lang
from iso639.exceptions import DeprecatedLanguageValue, InvalidLanguageValue

from adapters.ffmpeg.commands import Argv, compiled, encode, opened, scaled
from adapters.ffmpeg.hardening import local_file, subtitle_options
from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits
from domain.media import PictureStream, SourceMedia
from domain.scaling import fit_within

UNKNOWN_LANGUAGE = "und"

# libass lays SRT out on a canvas of this many lines, whatever the picture's size.
_CANVAS_LINES = 288


def mux_subtitles(
    picture_path: Path, srt_path: Path, language: str | None, target_path: Path, limits: MediaLimits
) -> Argv:
    """Copy picture and sound and add the cues as a track that players show by default."""
    video = opened(picture_path, limits)
    cues = ffmpeg.input(local_file(srt_path), **subtitle_options())
    options: dict[str, Any] = {
        "c": "copy",
        # The only text format that an MP4 carries and players know.
        "c:s": "mov_text",
        "metadata:s:s:0": f"language={track_language(language)}",
        "disposition:s:0": "default",
        "movflags": "+faststart",
        "f": "mp4",
    }
    streams = [video["v:0"], video["a?"], cues["s:0"]]
    return compiled(ffmpeg.output(*streams, local_file(target_path), **options))


def copy_video(picture_path: Path, target_path: Path, limits: MediaLimits) -> Argv:
    """The video alone, where there is no cue to add."""
    video = opened(picture_path, limits)
    options: dict[str, Any] = {"c": "copy", "movflags": "+faststart", "f": "mp4"}
    return compiled(ffmpeg.output(video["v:0"], video["a?"], local_file(target_path), **options))


def burn_subtitles(
    source_path: Path,
    media: SourceMedia,
    max_height: int,
    srt_path: Path,
    recipe: EncodeRecipe,
    target_path: Path,
    limits: MediaLimits,
    *,
    tone_map: bool,
) -> Argv:
    """Scale the source and draw the cues into it, so the result is one generation from the source."""
    source = opened(source_path, limits)
    picture = scaled(source[str(media.picture.index)], media.picture, max_height, tone_map=tone_map)
    with_cues = drawn(picture, media.picture, max_height, srt_path)
    return encode(source, with_cues, media, recipe, target_path)


def drawn(stream: Any, picture: PictureStream, max_height: int, srt_path: Path) -> Any:
    """The scaled picture with the cues in it, each where the frame's time says."""
    width, height = fit_within(picture.display_width, picture.display_height, max_height)
    return stream.filter(
        "subtitles",
        # By name: ffmpeg-python escapes values given by position twice, which spoils `:` and quotes.
        filename=str(srt_path),
        # The canvas is 4:3 by default, which would stretch the letters on any other picture.
        original_size=f"{width}x{height}",
        charenc="UTF-8",
        force_style=readable_style(width, height),
    )


def readable_style(width: int, height: int) -> str:
    """White letters with a dark edge; small enough that a line of 42 of them fits a narrow picture."""
    letter_lines = min(0.055 * height, 0.046 * width)
    font_size = letter_lines * _CANVAS_LINES / height
    return (
        f"FontName=DejaVu Sans,FontSize={font_size:.1f},BorderStyle=1,Outline={font_size / 16:.2f},"
        "Shadow=0,MarginL=4,MarginR=4,MarginV=16"
    )


def has_cues(srt_path: Path) -> bool:
    """An SRT without cues is an empty input to FFmpeg, which it refuses."""
    return "-->" in srt_path.read_text(encoding="utf-8")


def track_language(language: str | None) -> str:
    """The three-letter code (ISO 639-2/T) that an MP4 track carries."""
    if language is None:
        return UNKNOWN_LANGUAGE
    try:
        # Whisper still says `jw`, which was withdrawn for `jv`.
        return str(Lang("jv" if language == "jw" else language).pt3)
    except (InvalidLanguageValue, DeprecatedLanguageValue):
        return UNKNOWN_LANGUAGE
