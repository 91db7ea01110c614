"""Whether what FFmpeg wrote is what was asked for; its exit code alone does not say so."""

from __future__ import annotations

from pathlib import Path

from adapters.ffmpeg.commands import SPEECH_RATE_HZ
from adapters.ffmpeg.report import Report, picture_of, running_time_us, sound_of, subtitle_count
from adapters.ffmpeg.settings import MediaLimits
from domain.errors import ArtifactMismatch, SenderError
from domain.media import PictureStream, SoundStream

_AAC_FRAME_SAMPLES = 1024
# A last frame of variable length lasts as long as its encoder guesses.
_VARIABLE_RATE_SLACK_US = 500_000
_ROUNDING_US = 20_000


def check_video(
    report: Report,
    *,
    duration_us: int,
    picture: PictureStream,
    sound: SoundStream | None,
    size: tuple[int, int],
    subtitles: int,
) -> None:
    """Raise `ArtifactMismatch` unless the report tells of the expected size, streams and running time."""
    try:
        made, heard = picture_of(report, MediaLimits()), sound_of(report)
    except SenderError as error:
        raise ArtifactMismatch(f"The video that was made can't be read: {error}") from error
    if (made.width, made.height) != size:
        raise ArtifactMismatch(
            f"The video has {made.width}x{made.height} pixels instead of {size[0]}x{size[1]}."
        )
    if (heard is None) != (sound is None):
        raise ArtifactMismatch("The video has lost its sound." if sound else "The video has gained sound.")
    if subtitle_count(report) != subtitles:
        raise ArtifactMismatch(
            f"The video has {subtitle_count(report)} subtitle tracks instead of {subtitles}."
        )
    made_us = running_time_us(report, [stream.index for stream in (made, heard) if stream])
    if abs(made_us - duration_us) > tolerance_us(picture, sound):
        raise ArtifactMismatch(
            f"The video runs {made_us / 1_000_000:.3f} s instead of {duration_us / 1_000_000:.3f} s."
        )


def check_speech(pcm_path: Path, samples: int) -> None:
    """The sound for the speech stages has two bytes for each sample and nothing else."""
    size_bytes = pcm_path.stat().st_size
    if size_bytes != 2 * samples:
        made_s, wanted_s = size_bytes / 2 / SPEECH_RATE_HZ, samples / SPEECH_RATE_HZ
        raise ArtifactMismatch(f"The sound runs {made_s:.3f} s instead of {wanted_s:.3f} s.")


def tolerance_us(picture: PictureStream, sound: SoundStream | None) -> int:
    """One frame of picture and one of sound."""
    frame_us = round(1_000_000 / picture.frame_rate.fraction)
    sound_us = round(_AAC_FRAME_SAMPLES * 1_000_000 / sound.sample_rate_hz) if sound else 0
    slack_us = 0 if picture.constant_frame_rate else _VARIABLE_RATE_SLACK_US
    return frame_us + sound_us + slack_us + _ROUNDING_US
