"""Parser of ffprobe's report: picks the streams and reads their size, rotation, rate and duration.

The report describes an untrusted file, so every value may be missing or absurd.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from adapters.ffmpeg.commands.input_options import PICTURE_CODECS, SOUND_CODECS
from adapters.ffmpeg.settings import MediaLimits
from domain.errors import (
    NoVideoStream,
    SourceTooLarge,
    SourceTooLong,
    SourceTypeUnsupported,
    SourceUnreadable,
)
from domain.media.source import PictureStream, Ratio, SoundStream

Node = Mapping[str, Any]

# A still picture in a video file is a cover, whatever its flags.
_STILL_CODECS = frozenset({"png", "bmp", "gif", "tiff", "webp", "apng", "jpeg2000", "targa"})
_FASTEST_RATE = 1000
_FALLBACK_RATE = Ratio(25)
_DEEP_PIXELS = re.compile(r"(9|10|12|14|16)(?:le|be)$")
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d(?:\.\d{1,9})?)")


@dataclass(frozen=True)
class Report:
    """Parsed report of ffprobe; its values are not validated."""

    container: str
    format: Node
    streams: Sequence[Node]


def parse_report(text: str | bytes) -> Report:
    try:
        root = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable("The file can't be read as a video.") from error
    root = _node(root)
    container = _node(root.get("format"))
    streams = root.get("streams")
    if not container or not isinstance(streams, list):
        raise SourceUnreadable("The file can't be read as a video.")
    return Report(_text(container, "format_name"), container, [_node(stream) for stream in streams])


def picture_of(report: Report, limits: MediaLimits) -> PictureStream:
    """Largest video stream that is not a still picture."""
    videos = [stream for stream in report.streams if stream.get("codec_type") == "video"]
    moving = [stream for stream in videos if not _is_still(stream)]
    if not moving:
        raise NoVideoStream(
            "The file holds only a still picture, no video." if videos else "The file holds no video stream."
        )
    best = max(moving, key=lambda stream: (_area(stream), _flag(stream, "default")))
    codec = _text(best, "codec_name")
    if codec not in PICTURE_CODECS:
        raise SourceTypeUnsupported(f"The picture's codec is {codec or 'unknown'}, which is not supported.")
    width, height = _whole(best, "width"), _whole(best, "height")
    if width <= 0 or height <= 0:
        raise SourceUnreadable("The file does not state the size of its picture.")
    if width * height > limits.max_pixels:
        raise SourceTooLarge(
            f"The picture has {width}x{height} pixels; at most {limits.max_pixels} are allowed."
        )
    rate, constant = _frame_rate(best)
    pixels = _text(best, "pix_fmt")
    return PictureStream(
        index=_index(best),
        codec=codec,
        pixel_format=pixels,
        width=width,
        height=height,
        frame_rate=rate,
        sample_aspect=_sample_aspect(best, width, height, limits),
        rotation_degrees=_rotation(best),
        bit_depth=int(depth[1]) if (depth := _DEEP_PIXELS.search(pixels)) else 8,
        profile=_text(best, "profile"),
        color_transfer=_text(best, "color_transfer"),
        constant_frame_rate=constant,
    )


def sound_of(report: Report) -> SoundStream | None:
    """Default audio stream, else the first, of those that can be decoded."""
    decodable = [
        stream
        for stream in report.streams
        if stream.get("codec_type") == "audio"
        and _text(stream, "codec_name") in SOUND_CODECS
        and _whole(stream, "channels") > 0
        and _whole(stream, "sample_rate") > 0
    ]
    if not decodable:
        return None
    best = max(decodable, key=lambda stream: _flag(stream, "default"))
    language = _text(_node(best.get("tags")), "language")
    return SoundStream(
        index=_index(best),
        codec=_text(best, "codec_name"),
        channels=_whole(best, "channels"),
        sample_rate_hz=_whole(best, "sample_rate"),
        language=language if re.fullmatch("[a-z]{2,3}", language) and language != "und" else None,
    )


def running_time_us(report: Report, indexes: Sequence[int]) -> int:
    """Time from the earliest start to the latest end of these streams; 0 if the file does not state it."""
    starts: list[Fraction] = []
    ends: list[Fraction] = []
    for stream in report.streams:
        length = seconds(stream, "duration") or _clock(_text(_node(stream.get("tags")), "DURATION"))
        if _index(stream) in indexes and length:
            starts.append(seconds(stream, "start_time"))
            ends.append(starts[-1] + length)
    span = max(ends) - min(starts) if len(ends) == len(indexes) else seconds(report.format, "duration")
    return max(0, round(span * 1_000_000))


def check_running_time(duration_us: int, limits: MediaLimits) -> None:
    if duration_us > limits.max_duration_s * 1_000_000:
        raise SourceTooLong(f"The video is longer than {limits.max_duration_s} s, the longest allowed.")


def subtitle_count(report: Report) -> int:
    return sum(stream.get("codec_type") == "subtitle" for stream in report.streams)


def _is_still(stream: Node) -> bool:
    flagged = any(_flag(stream, name) for name in ("attached_pic", "still_image", "timed_thumbnails"))
    return flagged or _text(stream, "codec_name") in _STILL_CODECS


def _frame_rate(stream: Node) -> tuple[Ratio, bool]:
    """Exact rate, and True if it is constant.

    ffprobe reports the average rate and the lowest rate of which every timestamp is a multiple: with a
    constant rate they are the same.
    """
    average, grid = _ratio(stream, "avg_frame_rate"), _ratio(stream, "r_frame_rate")
    if average is None:
        return grid or _FALLBACK_RATE, grid is not None
    if grid is not None and abs(grid.fraction / average.fraction - 1) < Fraction(1, 1000):
        return grid, True
    return average, False


def _ratio(stream: Node, name: str) -> Ratio | None:
    rate = _fraction(_text(stream, name), "/")
    if rate is None or rate > _FASTEST_RATE or rate.denominator > 10**9:
        return None
    return Ratio(rate.numerator, rate.denominator)


def _sample_aspect(stream: Node, width: int, height: int, limits: MediaLimits) -> Ratio:
    """Pixel shape; an absurd shape counts as square."""
    aspect = _fraction(_text(stream, "sample_aspect_ratio"), ":")
    if aspect is None or not Fraction(1, 10) <= aspect <= 10 or aspect.denominator > 10**6:
        return Ratio(1)
    if round(width * aspect) * height > limits.max_pixels or round(width * aspect) < 1:
        return Ratio(1)
    return Ratio(aspect.numerator, aspect.denominator)


def _rotation(stream: Node) -> int:
    """Clockwise rotation in degrees, a multiple of 90. The display matrix counts counterclockwise."""
    sides = stream.get("side_data_list")
    for side in sides if isinstance(sides, list) else []:
        turn = _number(_node(side).get("rotation"))
        if turn is not None:
            return round(-turn / 90) % 4 * 90
    return 0


def _fraction(text: str, sign: str) -> Fraction | None:
    above, found, below = text.partition(sign)
    if not (found and _is_whole(above) and _is_whole(below)) or int(above) == 0 or int(below) == 0:
        return None
    return Fraction(int(above), int(below))


def _clock(text: str) -> Fraction:
    """Parses Matroska's `01:02:03.004` as seconds; 0 for anything else."""
    match = _CLOCK.fullmatch(text)
    return Fraction(0) if not match else int(match[1]) * 3600 + int(match[2]) * 60 + Fraction(match[3])


def seconds(node: Node, name: str) -> Fraction:
    value = _number(node.get(name))
    return Fraction(0) if value is None else Fraction(value).limit_denominator(10**9)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) < 1e12 else None


def _area(stream: Node) -> int:
    return _whole(stream, "width") * _whole(stream, "height")


def _index(stream: Node) -> int:
    return _whole(stream, "index")


def _whole(node: Node, name: str) -> int:
    """Non-negative whole number; 0 when it is missing or absurd."""
    value = node.get(name)
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return int(text) if isinstance(text, str) and _is_whole(text) else 0


def _is_whole(text: str) -> bool:
    return re.fullmatch("[0-9]{1,12}", text) is not None


def _flag(stream: Node, name: str) -> bool:
    return _node(stream.get("disposition")).get(name) == 1


def _text(node: Node, name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""


def _node(value: object) -> Node:
    return value if isinstance(value, dict) else {}
