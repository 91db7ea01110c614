"""Frame sampling for the detector: decodes about one frame a step, each with its exact time."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import ffmpeg

from adapters.ffmpeg.commands.encode import Argv, compiled, opened
from adapters.ffmpeg.commands.input_options import flat, local_file, source_options
from adapters.ffmpeg.run.child import SIDE_CHANNEL, Lines
from adapters.ffmpeg.run.runner import Job, ProgressLines, Runner
from adapters.ffmpeg.settings import MediaLimits, RunLimits
from domain.attempts.progress import ProgressReporter
from domain.media.source import SourceMedia

# Key frames closer than this share of the step are dropped. A full step would drop every second key frame
# of a source whose GOP is slightly shorter than a step.
_KEY_STEP_SHARE = Fraction(3, 4)
# Frames exactly one step apart must pass although their times are rounded.
_ROUNDING_US = 1_000


@dataclass(frozen=True)
class Sampling:
    """One frame every `every_us`; key frames alone if none is further than `key_frames_within_us` apart."""

    every_us: int = 1_000_000
    key_frames_within_us: int = 1_500_000


@dataclass(frozen=True)
class Frame:
    """Picture as displayed (upright, square pixels): rows of RGB bytes from the top left.

    `time_us` counts from the start of the media.
    """

    time_us: int
    width: int
    height: int
    rgb: bytes


class FrameReader:
    """Reader of sampled frames in constant memory."""

    def __init__(self, limits: MediaLimits, run_limits: RunLimits) -> None:
        self._limits = limits
        self._runner = Runner(run_limits)

    def read(
        self,
        source_path: Path,
        media: SourceMedia,
        sampling: Sampling,
        width: int,
        height: int,
        progress: ProgressReporter,
    ) -> Generator[Frame, None, None]:
        """Yield frames scaled to fit into `width` x `height`, in order of time, at least one.

        Close the generator to stop early: that ends the child. Reading advances `progress`.
        """
        size = fit_box(media, width, height)
        keys_only = self._key_frames_are_dense(source_path, media, sampling, progress)
        count = 0
        for frame in self._decode(source_path, media, sampling, size, progress, keys_only=keys_only):
            count += 1
            yield frame
        if count == 0 and keys_only:
            # Packets marked as key frames may not decode alone, as in a stream cut from a broadcast.
            yield from self._decode(source_path, media, sampling, size, progress, keys_only=False)

    def _decode(
        self,
        source_path: Path,
        media: SourceMedia,
        sampling: Sampling,
        size: tuple[int, int],
        progress: ProgressReporter,
        *,
        keys_only: bool,
    ) -> Generator[Frame, None, None]:
        argv = sample_frames(source_path, media, sampling, size, self._limits, keys_only=keys_only)
        job = Job(argv, source_path.parent, media.duration_us)
        times = FrameTimes()
        frame_bytes = size[0] * size[1] * 3
        pixels = bytearray()
        with closing(self._runner.stream(job, progress, times)) as pieces:
            for piece in pieces:
                pixels += piece
                while times.waiting and len(pixels) >= frame_bytes:
                    yield Frame(times.waiting.popleft(), *size, bytes(pixels[:frame_bytes]))
                    del pixels[:frame_bytes]
        # The time of a last frame may come after its bytes.
        while times.waiting and len(pixels) >= frame_bytes:
            yield Frame(times.waiting.popleft(), *size, bytes(pixels[:frame_bytes]))
            del pixels[:frame_bytes]

    def _key_frames_are_dense(
        self, source_path: Path, media: SourceMedia, sampling: Sampling, progress: ProgressReporter
    ) -> bool:
        """True unless two key frames are too far apart; reads packets up to that gap, without decoding."""
        argv = list_packets(source_path, media, self._limits)
        lines = Lines()
        first_us = last_us = None
        with closing(self._runner.stream(Job(argv, source_path.parent), progress, ProgressLines())) as pieces:
            for piece in pieces:
                for line in lines.feed(piece):
                    time_us = key_frame_time_us(line)
                    if time_us is None:
                        continue
                    if last_us is not None and time_us - last_us > sampling.key_frames_within_us:
                        return False
                    first_us, last_us = time_us if first_us is None else first_us, time_us
        if first_us is None or last_us is None:
            return False
        return media.duration_us - (last_us - first_us) <= sampling.key_frames_within_us


class FrameTimes:
    """Parser of the frame list on the side channel: one line for each frame, its third field the time."""

    def __init__(self) -> None:
        self.waiting: deque[int] = deque()
        self.position_us = 0
        self.frames = 0

    def read_line(self, line: str) -> None:
        fields = line.split(",")
        if line.startswith("#") or len(fields) < 3:
            return
        time_us = max(0, int(fields[2]))
        self.waiting.append(time_us)
        self.position_us = max(self.position_us, time_us)
        self.frames += 1


def fit_box(media: SourceMedia, width: int, height: int) -> tuple[int, int]:
    """Size of the displayed picture scaled down to fit the box; never enlarged."""
    shown_width, shown_height = media.picture.display_width, media.picture.display_height
    share = min(Fraction(width, shown_width), Fraction(height, shown_height), Fraction(1))
    return max(1, round(shown_width * share)), max(1, round(shown_height * share))


def sample_frames(
    source_path: Path,
    media: SourceMedia,
    sampling: Sampling,
    size: tuple[int, int],
    limits: MediaLimits,
    *,
    keys_only: bool,
) -> Argv:
    """Command that writes raw RGB to stdout and each frame's time to the side channel."""
    # Decoding costs more than detection: key frames alone cost a twentieth of all frames. Where they are
    # too far apart, non-reference frames and the deblocking filter are skipped instead.
    decoder_options = (
        {"skip_frame": "nokey"} if keys_only else {"skip_frame": "noref", "skip_loop_filter": "all"}
    )
    step_us = sampling.every_us * _KEY_STEP_SHARE if keys_only else sampling.every_us - _ROUNDING_US
    step_s = float(Fraction(step_us) / 1_000_000)
    source = opened(source_path, limits, **decoder_options)
    sampled = source[str(media.picture.index)].filter(
        "select", f"isnan(prev_selected_t)+gte(t-prev_selected_t,{step_s})"
    )
    # Area averaging avoids aliasing, which the detector mistakes for fur.
    copies = sampled.filter("scale", *size, flags="area").filter("format", "rgb24").split()
    options = {
        "c:v": "rawvideo",
        # Sampled frames keep their times, in microseconds; by default they would be spread or rounded.
        "fps_mode": "passthrough",
        "enc_time_base:v": "1:1000000",
        # Writes each frame's time at once instead of buffering it.
        "flush_packets": 1,
    }
    pixels = ffmpeg.output(copies[0], "pipe:1", f="rawvideo", **options)
    times = ffmpeg.output(copies[1], SIDE_CHANNEL, f="framecrc", **options)
    return compiled(ffmpeg.merge_outputs(pixels, times), progress=False)


def list_packets(source_path: Path, media: SourceMedia, limits: MediaLimits) -> Argv:
    """Command that lists the picture's packets: time in seconds and flags, a line each."""
    return (
        *("ffprobe", "-hide_banner", "-v", "error"),
        *flat(source_options(limits)),
        *("-select_streams", str(media.picture.index)),
        *("-show_entries", "packet=pts_time,flags", "-of", "csv=p=0"),
        *("-i", local_file(source_path)),
    )


def key_frame_time_us(line: str) -> int | None:
    """Time of a packet line such as `1.040000,K_`; None if it is no key frame or has no time."""
    time_s, _, flags = line.partition(",")
    if not flags.startswith("K") or time_s == "N/A":
        return None
    return round(Fraction(time_s) * 1_000_000)
