"""FFmpeg commands of subtitles: cues as a selectable track, or burned into the picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ffmpeg
from iso639 import Lang
from iso639.exceptions import DeprecatedLanguageValue, InvalidLanguageValue

from adapters.ffmpeg.commands.encode import Argv, compiled, encode, opened, scaled
from adapters.ffmpeg.commands.input_options import local_file, subtitle_options
from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits
from domain.media.rendition import Rendition
from domain.media.source import PictureStream, SourceMedia
from domain.subtitles.style import CuePosition, CueStyle

UNKNOWN_LANGUAGE = "und"

# libass lays SRT out on a canvas of this many lines, whatever the picture's size.
_CANVAS_LINES = 288
# A forced style uses SSA's numbers: 4 is added for the top, 8 for the middle.
_ALIGNMENT = {CuePosition.BOTTOM: 2, CuePosition.TOP: 6, CuePosition.MIDDLE: 10}


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
    """Remux the video without a subtitle track, for an SRT without cues."""
    video = opened(picture_path, limits)
    options: dict[str, Any] = {"c": "copy", "movflags": "+faststart", "f": "mp4"}
    return compiled(ffmpeg.output(video["v:0"], video["a?"], local_file(target_path), **options))


def burn_subtitles(
    source_path: Path,
    media: SourceMedia,
    rendition: Rendition,
    srt_path: Path,
    recipe: EncodeRecipe,
    target_path: Path,
    limits: MediaLimits,
    *,
    tone_map: bool,
) -> Argv:
    """Scale the source and burn the cues in, in one encode."""
    source = opened(source_path, limits)
    picture = scaled(source[str(media.picture.index)], media.picture, rendition, tone_map=tone_map)
    with_cues = drawn(picture, media.picture, rendition, srt_path)
    return encode(source, with_cues, media, recipe.with_quality_of(rendition), target_path)


def drawn(stream: Any, picture: PictureStream, rendition: Rendition, srt_path: Path) -> Any:
    """Scaled picture with the cues burned in by frame time."""
    width, height = rendition.size(picture.display_width, picture.display_height)
    return stream.filter(
        "subtitles",
        # By name: ffmpeg-python escapes positional values twice, which breaks `:` and quotes.
        filename=str(srt_path),
        # The default canvas is 4:3, which would stretch the letters on any other picture.
        original_size=f"{width}x{height}",
        charenc="UTF-8",
        force_style=ass_style(rendition.style, width, height),
    )


def ass_style(style: CueStyle, width: int, height: int) -> str:
    """Style in libass's format. The default letter size lets a line of 42 letters fit a narrow picture."""
    letter_lines = min(0.055 * height, 0.046 * width)
    if style.size_percent is not None:
        letter_lines = style.size_percent * height / 100
    font_size = letter_lines * _CANVAS_LINES / height
    # A box is half transparent.
    edge_alpha = 0x80 if style.box else 0
    return ",".join(
        (
            f"FontName={style.font}",
            f"FontSize={font_size:.1f}",
            f"PrimaryColour={_ass_color(style.color)}",
            f"OutlineColour={_ass_color(style.outline_color, edge_alpha)}",
            # 3 is a box filled with the outline's colour.
            f"BorderStyle={3 if style.box else 1}",
            f"Outline={font_size * style.outline_percent / 100:.2f}",
            "Shadow=0",
            f"Alignment={_ALIGNMENT[style.position]}",
            "MarginL=4",
            "MarginR=4",
            f"MarginV={round(style.margin_percent * _CANVAS_LINES / 100)}",
        )
    )


def _ass_color(color: str, alpha: int = 0) -> str:
    """Colour in ASS order: alpha first (0 is opaque), then blue, green, red."""
    red, green, blue = color[1:3], color[3:5], color[5:7]
    return f"&H{alpha:02X}{blue}{green}{red}".upper()


def has_cues(srt_path: Path) -> bool:
    """True if the SRT file has a cue; FFmpeg refuses an SRT without cues as empty input."""
    return "-->" in srt_path.read_text(encoding="utf-8")


def track_language(language: str | None) -> str:
    """Three-letter code (ISO 639-2/T) for an MP4 track."""
    if language is None:
        return UNKNOWN_LANGUAGE
    try:
        # Whisper still uses `jw`, which was replaced by `jv`.
        return str(Lang("jv" if language == "jw" else language).pt3)
    except (InvalidLanguageValue, DeprecatedLanguageValue):
        return UNKNOWN_LANGUAGE
