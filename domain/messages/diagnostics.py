"""Wire types of diagnostics: the state of an installation's components."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PartReport:
    """State of one component; `mend` is the fix when it is not ok."""

    part: str
    ok: bool
    detail: str
    mend: str = ""


@dataclass(frozen=True)
class DiagnosticsReport:
    """State of the components of one or several workers."""

    parts: tuple[PartReport, ...] = ()
