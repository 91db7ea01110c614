"""Settings of FFmpeg: limits of sources, limits of a run, and the encoding recipe."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.media.rendition import Rendition

MIB = 1024**2
GIB = 1024**3


@dataclass(frozen=True)
class MediaLimits:
    """Largest source that is accepted."""

    max_duration_s: int = 6 * 3600
    max_pixels: int = 8192 * 4320
    max_streams: int = 64


@dataclass(frozen=True)
class RunLimits:
    """Limits of one child process.

    The processor limit of a run is `cpu_base_s` plus `cpu_per_media_s` for each second of media.
    `address_space_bytes` counts libraries and reservations too; `memory_bytes` counts writable memory.
    """

    address_space_bytes: int = 12 * GIB
    memory_bytes: int = 12 * GIB
    file_bytes: int = 64 * GIB
    cpu_base_s: int = 300
    cpu_per_media_s: int = 60
    stall_limit_s: float = 60.0

    def for_reading(self, cpu_limit_s: int) -> RunLimits:
        """Limits for a run that decodes almost nothing, however large the picture."""
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
    """Encoder settings of picture and sound. `threads` 0 lets the encoder use every core."""

    codec: str = "libx264"
    preset: str = "medium"
    crf: int = 23
    audio_bitrate: str = "128k"
    threads: int = 0

    def with_quality_of(self, rendition: Rendition) -> EncodeRecipe:
        """This recipe with the rendition's own quality, if it has one."""
        return self if rendition.crf is None else replace(self, crf=rendition.crf)
