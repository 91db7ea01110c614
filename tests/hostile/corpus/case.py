"""Case of the corpus: its name, the function that makes its bytes, and the expected verdicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from domain.errors import SenderError
from tests.contract.media.recipes import Clips, ffmpeg

TAKEN = "taken"
Verdict = type[SenderError] | str


@dataclass(frozen=True)
class Site:
    """The place where a case is tried, and what a hostile file may name there.

    `secret` and `outside` lie outside the job's folder; the ports are listened on.
    """

    folder: Path
    secret: Path
    tcp_port: int
    udp_port: int
    clips: Clips

    def clip(self, name: str) -> bytes:
        return self.clips(name).read_bytes()

    def made(self, name: str, *words: str) -> bytes:
        """Returns a file made by FFmpeg, cached under its name."""
        path = self.folder / name
        if not path.exists():
            ffmpeg(*words, str(path))
        return path.read_bytes()

    @cached_property
    def jpeg(self) -> bytes:
        """Returns a JPEG of 16x16, the smallest complete content of a track."""
        return self.made("dot.jpg", "-f", "lavfi", "-i", "testsrc2=s=16x16", "-frames:v", "1")


@dataclass(frozen=True)
class Case:
    """A case; `verdicts` are the only right ones, more than one where versions of FFmpeg differ."""

    name: str
    make: Callable[[Site], bytes]
    verdicts: tuple[Verdict, ...]

    @property
    def codes(self) -> set[str]:
        return {verdict if isinstance(verdict, str) else verdict.__name__ for verdict in self.verdicts}


def case(name: str, make: Callable[[Site], bytes] | bytes, *verdicts: Verdict) -> Case:
    return Case(name, (lambda _: make) if isinstance(make, bytes) else make, verdicts)
