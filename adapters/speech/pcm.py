"""Reader of 16 kHz mono s16le PCM files, memory-mapped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domain.speech.regions import Region

SAMPLE_RATE_HZ = 16_000

Samples = NDArray[np.float32]


class PcmFile:
    """Sound of one file; samples are float32 from -1 to 1."""

    def __init__(self, path: Path) -> None:
        sample_count = path.stat().st_size // 2
        # An empty file can't be mapped.
        self._samples = (
            np.memmap(path, dtype="<i2", mode="r", shape=(sample_count,)) if sample_count else None
        )
        self.sample_count = sample_count

    @property
    def duration_us(self) -> int:
        return self.sample_count * 1_000_000 // SAMPLE_RATE_HZ

    def samples(self, first: int, last: int) -> Samples:
        if self._samples is None:
            return np.zeros(0, dtype=np.float32)
        return self._samples[first:last].astype(np.float32) / np.float32(32768)

    def region(self, region: Region) -> Samples:
        """Samples of the region's pieces, concatenated."""
        return np.concatenate(
            [self.samples(_at(piece.start_us), _at(piece.end_us)) for piece in region.pieces]
        )


def _at(time_us: int) -> int:
    return time_us * SAMPLE_RATE_HZ // 1_000_000
