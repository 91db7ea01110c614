"""What an operator may set about FFmpeg: what is taken, what a run may use, how it encodes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.media.rendition import Rendition

MIB = 1024**2
GIB = 1024**3


@dataclass(frozen=True)
class MediaLimits:
    """The largest source that is taken."""

    max_duration_s: int = 6 * 3600
    max_pixels: int = 8192 * 4320
    max_streams: int = 64


@dataclass(frozen=True)
class RunLimits:
    """What one child process may use.

    The processor limit of a run is `cpu_base_s` plus `cpu_per_media_s` for each second of media.
    Addresses count libraries and what is only reserved; memory is what can be written to.
    """

    address_space_bytes: int = 12 * GIB
    memory_bytes: int = 12 * GIB
    file_bytes: int = 64 * GIB
    cpu_base_s: int = 300
    cpu_per_media_s: int = 60
    stall_limit_s: float = 60.0

    def for_reading(self, cpu_limit_s: int) -> RunLimits:
        """For a run that decodes next to nothing, however large the picture."""
        return replace(
            self,
            memory_bytes=min(self.memory_bytes, 400 * MIB),
            cpu_base_s=min(self.cpu_base_s, cpu_limit_s),
            cpu_per_media_s=0,
        )

    def cpu_limit_s(self, duration_us: int) -> int:
        return self.cpu_base_s + self.cpu_per_media_s * (duration_us // 1_000_000)


@dataclass(frozen=True)
class EncodeRecipe:
    """How pictures and sound are encoded. `threads` 0 lets the encoder use every core."""

    codec: str = "libx264"
    preset: str = "medium"
    crf: int = 23
    audio_bitrate: str = "128k"
    threads: int = 0

    def aiming_at(self, rendition: Rendition) -> EncodeRecipe:
        """This recipe with the quality that the rendition asks for, if it asks for one."""
        return self if rendition.crf is None else replace(self, crf=rendition.crf)
