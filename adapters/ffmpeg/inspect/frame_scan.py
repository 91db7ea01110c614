"""Frame index of a source, read from its packets without decoding."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from adapters.ffmpeg.commands.input_options import flat, local_file, source_options
from adapters.ffmpeg.inspect.ffprobe_report import Report
from adapters.ffmpeg.run.runner import Job, ProgressLines, Runner
from adapters.ffmpeg.settings import MediaLimits
from domain.attempts.progress import ProgressReporter
from domain.media.chunks import FrameClock, FrameIndex
from domain.media.source import Ratio, SourceMedia

# A packet of these codecs can hold no frame or several, so the packet count is not the frame count.
_UNCOUNTABLE_CODECS = frozenset({"vp8"})


class FramesUncountable(Exception):
    """Frame times can't be read from the packets; the video is then encoded whole, which is no fault."""


def scan_frames(
    source_path: Path,
    report: Report,
    media: SourceMedia,
    limits: MediaLimits,
    runner: Runner,
    progress: ProgressReporter,
) -> FrameIndex:
    """Reads the pts of every frame; raises `FramesUncountable` where packets are not frames."""
    if media.picture.codec in _UNCOUNTABLE_CODECS:
        raise FramesUncountable(f"{media.picture.codec} hides some of its frames")
    clock = _clock(report, media.picture.index)
    argv = (
        *("ffprobe", "-hide_banner", "-v", "error"),
        *flat(source_options(limits)),
        *("-select_streams", str(media.picture.index), "-show_entries", "packet=pts,flags", "-of", "csv=p=0"),
        *("-i", local_file(source_path)),
    )
    job = Job(argv, source_path.parent, media.duration_us)
    pts: list[int] = []
    key_pts: list[int] = []
    for line in _lines(runner.stream(job, progress, ProgressLines())):
        shown, _, flags = line.partition(b",")
        if not shown:
            continue  # a packet with side data is followed by an empty line
        try:
            pts.append(int(shown))
        except ValueError:
            raise FramesUncountable("its packets do not say when they are shown") from None
        if b"D" in flags:
            pts.pop()  # an edit list leaves this frame out: it is decoded for others and not shown
        elif flags.startswith(b"K"):
            key_pts.append(pts[-1])
    pts.sort()
    key_pts.sort()
    if len(set(pts)) != len(pts):
        raise FramesUncountable("two of its packets are shown at the same time")
    if not pts or not key_pts or key_pts[0] != pts[0]:
        raise FramesUncountable("it does not begin with a key frame")
    return FrameIndex(clock, pts, key_pts)


def _clock(report: Report, index: int) -> FrameClock:
    base = Fraction(str(report.streams[index]["time_base"]))
    # ffmpeg subtracts this from every time, so that the media starts at zero.
    start = Fraction(str(report.format.get("start_time", "0")))
    return FrameClock(Ratio(base.numerator, base.denominator), round(start / base))


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest:
        yield rest
