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
from domain.media.source import SourceMedia

UNKNOWN_LANGUAGE = "und"


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
    rendition: Rendition,
    ass_path: Path,
    recipe: EncodeRecipe,
    target_path: Path,
    limits: MediaLimits,
    *,
    tone_map: bool,
) -> Argv:
    """Scale the source and draw the cues into it, so the result is one generation from the source."""
    source = opened(source_path, limits)
    picture = scaled(source[str(media.picture.index)], media.picture, rendition, tone_map=tone_map)
    return encode(source, drawn(picture, ass_path), media, recipe.with_quality_of(rendition), target_path)


def drawn(stream: Any, ass_path: Path) -> Any:
    """The scaled picture with the cues in it, each where the frame's time says."""
    # By name: ffmpeg-python escapes values given by position twice, which spoils `:` and quotes.
    # Complex shaping joins the letters of Arabic, Hindi and many others.
    return stream.filter("ass", filename=str(ass_path), shaping="complex")


def has_cues(cues_path: Path) -> bool:
    """An SRT without cues is an empty input to FFmpeg, which it refuses."""
    return "-->" in cues_path.read_text(encoding="utf-8")


def track_language(language: str | None) -> str:
    """The three-letter code (ISO 639-2/T) that an MP4 track carries."""
    if language is None:
        return UNKNOWN_LANGUAGE
    try:
        # Whisper still says `jw`, which was withdrawn for `jv`.
        return str(Lang("jv" if language == "jw" else language).pt3)
    except (InvalidLanguageValue, DeprecatedLanguageValue):
        return UNKNOWN_LANGUAGE
