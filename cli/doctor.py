"""Diagnostics of an installation: checks each component, and says how to fix a faulty one."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import asdict, dataclass

from cli.api import Answer, Api
from cli.faults import CliFault

# The product needs these of FFmpeg; smaller builds leave them out.
_FILTERS = ("scale", "subtitles", "aresample", "select")
_ENCODERS = ("libx264", "aac", "mov_text")
_INSTALL = "Install a full build of FFmpeg 5.1 or newer (Debian: `sudo apt-get install ffmpeg`)."

_FIXES = {
    "temporal": "Start the Temporal server, or set TEMPORAL_ADDRESS to its address; locally `make up`.",
    "store": "Start the S3 server, or set S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY; locally `make up`.",
    "catalogue": "Start the database, or set DATABASE_URL; its disk may be full or read-only.",
}


@dataclass(frozen=True)
class PartCheck:
    """Result of one check. `mend` says how to fix it when it is not ok."""

    part: str
    ok: bool
    detail: str
    mend: str = ""

    @property
    def document(self) -> dict[str, str | bool]:
        return asdict(self)


def diagnose(api: Api) -> list[PartCheck]:
    """Checks of all components, the API first. Without an API only this machine is checked."""
    try:
        api.health()
    except CliFault as fault:
        return [PartCheck("api", ok=False, detail=str(fault), mend=fault.advice), *_this_machine(api)]
    parts = [PartCheck("api", ok=True, detail=f"answers at {api.url}")]
    try:
        # The components that the API knows, and each worker's report on its own machine.
        parts += [_reported(part) for part in api.doctor()["parts"]]
    except CliFault as fault:
        parts += [*_behind_the_api(api), PartCheck("workers", ok=False, detail=str(fault), mend=fault.advice)]
    # No worker has reported: one may be about to run on this machine.
    return parts if any("ffmpeg" in part.part for part in parts) else [*parts, *_this_machine(api)]


def _behind_the_api(api: Api) -> list[PartCheck]:
    return [
        PartCheck(name, ok=True, detail="answers")
        if state == "ok"
        else PartCheck(name, ok=False, detail=f"does not answer ({state})", mend=_FIXES.get(name, ""))
        for name, state in api.ready()["parts"].items()
    ]


def _reported(part: Answer) -> PartCheck:
    return PartCheck(
        str(part["part"]), ok=bool(part["ok"]), detail=str(part["detail"]), mend=str(part.get("mend", ""))
    )


def _this_machine(api: Api) -> list[PartCheck]:
    """Check of FFmpeg on this machine, where `make up` would run the workers."""
    if not api.is_here:
        return []
    missing = [name for name in ("ffmpeg", "ffprobe") if shutil.which(name) is None]
    if missing:
        return [PartCheck("ffmpeg here", ok=False, detail=f"{missing[0]} is not installed", mend=_INSTALL)]
    found = _ffmpeg_names("-filters"), _ffmpeg_names("-encoders")
    lacks = [f"the filter {name}" for name in _FILTERS if name not in found[0]]
    lacks += [f"the encoder {name}" for name in _ENCODERS if name not in found[1]]
    if lacks:
        return [PartCheck("ffmpeg here", ok=False, detail=f"lacks {', '.join(lacks)}", mend=_INSTALL)]
    return [PartCheck("ffmpeg here", ok=True, detail="has every filter and encoder that is needed")]


def _ffmpeg_names(listing: str) -> set[str]:
    """Names of filters or encoders: the second word of each line of FFmpeg's listing."""
    done = subprocess.run(
        ["ffmpeg", "-hide_banner", listing],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return {words[1] for line in done.stdout.splitlines() if len(words := line.split()) > 1}
