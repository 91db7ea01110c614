"""Parser of docs/benchmarks.md, the only place with the results of the last benchmark run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Measured:
    """Measured costs of a task, a call and a byte; CPU seconds of the machine that the page names."""

    events: int
    history_bytes: int
    media_s: float
    cpu_worker_s: float
    temporal_s: float
    api_s: float
    speech_s: float
    frame_s: float
    answers_a_second: float
    upload_bytes_a_second: float
    stream_bytes_a_second: float

    @property
    def encode_a_media_second(self) -> float:
        return self.cpu_worker_s / self.media_s


_MIB = 1024 * 1024

# Start of the row, and an expression whose groups are its figures.
_ROWS = {
    "history": (r"history of one task", r"(\d+) events, ([\d,]+) bytes"),
    "pipeline": (
        r"pipeline: wall time",
        r"\| (\d+) s of .*?temporal ([\d.]+), api ([\d.]+), worker cpu ([\d.]+), worker gpu",
    ),
    "speech": (
        r"subtitles: CPU time .* tiny's size",
        r"(\d+) s of sound; ours ([\d.]+) CPU s, of it start and model ([\d.]+)",
    ),
    "animals": (
        r"animals: CPU time .* same sampling",
        r"ours ([\d.]+) CPU s, (\d+) frames, of it start and model ([\d.]+)",
    ),
    "answers": (r"status: calls a second, .* 16 clients", r"\| (\d+)/s"),
    "upload": (r"upload: growth", r"\((\d+) MiB/s\)"),
    "stream": (r"streaming: throughput", r"best of 3: (\d+) MiB/s"),
}


def read_measured(page: str) -> Measured:
    """Parse the page. Raises `LookupError` when a row is missing or has another format."""
    found = {name: _numbers(page, *row) for name, row in _ROWS.items()}
    sound_s, speech_s, start_s = found["speech"]
    animals_s, frames, animals_start_s = found["animals"]
    media_s, temporal_s, api_s, cpu_worker_s = found["pipeline"]
    return Measured(
        events=int(found["history"][0]),
        history_bytes=int(found["history"][1]),
        media_s=media_s,
        cpu_worker_s=cpu_worker_s,
        temporal_s=temporal_s,
        api_s=api_s,
        speech_s=(speech_s - start_s) / sound_s,
        frame_s=(animals_s - animals_start_s) / frames,
        answers_a_second=found["answers"][0],
        upload_bytes_a_second=found["upload"][0] * _MIB,
        stream_bytes_a_second=found["stream"][0] * _MIB,
    )


def _numbers(page: str, row: str, figures: str) -> list[float]:
    for line in page.splitlines():
        if re.match(rf"\| {row}", line) and (match := re.search(figures, line)):
            return [float(figure.replace(",", "")) for figure in match.groups()]
    raise LookupError(f"docs/benchmarks.md has no row {row!r} with {figures!r}.")
