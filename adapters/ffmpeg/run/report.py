"""Log line and trace span of each run of a media tool."""

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
    """Time used, frames and position of a successful run, with its last error lines."""

    wall_s: float
    cpu_s: float
    frames: int
    position_us: int
    error_lines: tuple[str, ...]


@dataclass
class RunReport:
    """Context manager around one run; `stats` is set on success. The command is not logged: it has paths."""

    program: str
    stats: RunStats | None = None
    _started_s: float = field(default_factory=time.monotonic)

    def __enter__(self) -> Self:
        # Not made the current span: the run is a generator, and its consumer has its own spans.
        self._span = trace.get_tracer(__name__).start_span(self.program)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace_back: TracebackType | None
    ) -> None:
        attributes: dict[str, str | float] = {"outcome": _outcome(error)}
        if self.stats is not None:
            attributes |= {"cpu_s": round(self.stats.cpu_s, 3), "frames": self.stats.frames}
        self._span.set_attributes(attributes)
        if isinstance(error, Exception):
            self._span.set_status(trace.StatusCode.ERROR, str(attributes["outcome"]))
        self._span.end()
        wall_s = round(time.monotonic() - self._started_s, 3)
        _log.info("media_tool_ended", program=self.program, wall_s=wall_s, **attributes)


def _outcome(error: BaseException | None) -> str:
    if error is None:
        return "done"
    if isinstance(error, GeneratorExit):
        return "closed"  # the reader of its output stopped early
    return error.code if isinstance(error, PipelineError) else type(error).__name__
