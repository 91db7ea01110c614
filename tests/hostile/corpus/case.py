"""What a case of the corpus is: a name, how its bytes are made, and the verdicts that are right."""

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
        """A file of FFmpeg's making, made once."""
        path = self.folder / name
        if not path.exists():
            ffmpeg(*words, str(path))
        return path.read_bytes()

    @cached_property
    def jpeg(self) -> bytes:
        """A picture of 16x16, the smallest whole content of a track."""
        return self.made("dot.jpg", "-f", "lavfi", "-i", "testsrc2=s=16x16", "-frames:v", "1")


@dataclass(frozen=True)
class Case:
    """`verdicts` are the only right ones; more than one where FFmpeg's versions differ."""

    name: str
    make: Callable[[Site], bytes]
    verdicts: tuple[Verdict, ...]

    @property
    def codes(self) -> set[str]:
        return {verdict if isinstance(verdict, str) else verdict.__name__ for verdict in self.verdicts}


def case(name: str, make: Callable[[Site], bytes] | bytes, *verdicts: Verdict) -> Case:
    return Case(name, (lambda _: make) if isinstance(make, bytes) else make, verdicts)
