"""What an installation's parts say of themselves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PartReport:
    """One part; `mend` says what to do when it is not ok."""

    part: str
    ok: bool
    detail: str
    mend: str = ""


@dataclass(frozen=True)
class DiagnosticsReport:
    """The parts of one worker."""

    parts: tuple[PartReport, ...] = ()
