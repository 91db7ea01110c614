"""What a run of a media process leaves behind: a line in the log and a span in the trace."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import structlog
from opentelemetry import trace

from domain.errors import PipelineError

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RunStats:
    """What a run that ended well has used and come to."""

    wall_s: float
    cpu_s: float
    frames: int
    position_us: int
    error_lines: tuple[str, ...]


@dataclass
class RunReport:
    """Around one run; `stats` are there when it ended well. Its command, which names files, is not told."""

    program: str
    stats: RunStats | None = None
    _begun_s: float = field(default_factory=time.monotonic)

    def __enter__(self) -> Self:
        # Not made the current one: the run is a generator, whose consumer has spans of its own.
        self._span = trace.get_tracer(__name__).start_span(self.program)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace_back: TracebackType | None
    ) -> None:
        told: dict[str, str | float] = {"outcome": _outcome(error)}
        if self.stats is not None:
            told |= {"cpu_s": round(self.stats.cpu_s, 3), "frames": self.stats.frames}
        self._span.set_attributes(told)
        if isinstance(error, Exception):
            self._span.set_status(trace.StatusCode.ERROR, str(told["outcome"]))
        self._span.end()
        wall_s = round(time.monotonic() - self._begun_s, 3)
        _log.info("media_tool_ended", program=self.program, wall_s=wall_s, **told)


def _outcome(error: BaseException | None) -> str:
    if error is None:
        return "done"
    if isinstance(error, GeneratorExit):
        return "closed"  # whoever read its output had enough
    return error.code if isinstance(error, PipelineError) else type(error).__name__
