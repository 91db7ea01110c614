"""CPU time of subtitles ÷ the `whisper-ctranslate2` command, and the cues of both that keep the rules."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from statistics import median

from adapters.models.settings import SpeechSettings, read_speech
from bench.clips import CLIPS, DEMO, first_moment, looped
from bench.measure import alternated, run_measured
from bench.models import random_whisper, whisper_command
from bench.report import Row, ratio
from bench.workbench import Workbench
from domain.subtitles.cues import Cue, RuleReport, rule_report

_FRAME_US = Fraction(1_000_000, 25)
_TIMES = re.compile(r"(\d+):(\d+):(\d+),(\d+) --> (\d+):(\d+):(\d+),(\d+)")

# Transcribes clips into a folder; returns CPU seconds.
Program = Callable[[Sequence[Path], Path], float]


def measure(bench: Workbench) -> list[Row]:
    whisper_command.installed()
    return [*_with_demo_model(bench), _at_real_size(bench)]


def _with_demo_model(bench: Workbench) -> list[Row]:
    settings = read_speech({"MODELS": "demo", "DEVICE": "cpu"})
    folder = bench.folder / "subtitles"
    ours, theirs = _ours({"MODELS": "demo", "DEVICE": "cpu"}), _theirs(settings)
    row, our_folder, their_folder = _compared(bench, folder, CLIPS, ours, theirs)
    rules = [_rules(path) for path in (our_folder, their_folder)]
    return [
        Row("subtitles: CPU time ÷ whisper-ctranslate2, demo model", *row),
        Row(
            "subtitles: share of cues that keep every timed-text rule, ours / theirs",
            f"{rules[0].every_rule:.2f} / {rules[1].every_rule:.2f}",
            f"{_rule_text(rules[0])} / {_rule_text(rules[1])}",
        ),
    ]


def _at_real_size(bench: Workbench) -> Row:
    """Comparison with a model of tiny's dimensions, which produces 100 random tokens a window."""
    demo = read_speech({"MODELS": "demo", "DEVICE": "cpu"})
    folder = bench.folder / "subtitles-tiny"
    model = random_whisper.make(folder / "model", Path(demo.model))
    env = {"SPEECH_MODEL": str(model), "DEVICE": "cpu"}
    times = 2 if bench.quick else 9
    clip = looped(DEMO, times, folder / f"speech-{times}.mp4")
    theirs = _theirs(read_speech(env), language="en")
    row, *_ = _compared(bench, folder, [clip], _ours(env, language="en"), theirs)
    batched_s = _theirs(read_speech(env), language="en", batched=True)([clip], _empty(folder / "batched"))
    figure, raw = row
    raw += f"; theirs with --batched {batched_s:.1f} CPU s"
    return Row(
        "subtitles: CPU time ÷ whisper-ctranslate2, tiny's size", figure, f"{20 * times} s of sound; {raw}"
    )


def _compared(
    bench: Workbench, folder: Path, clips: Sequence[Path], ours: Program, theirs: Program
) -> tuple[tuple[str, str], Path, Path]:
    """The result with its raw figures, and the folders with our and their subtitle files."""
    our_folder, their_folder = _empty(folder / "ours"), _empty(folder / "theirs")
    our_runs, their_runs = alternated(
        1 if bench.quick else 3, lambda: ours(clips, our_folder), lambda: theirs(clips, their_folder)
    )
    moment = [first_moment(CLIPS[1], folder / "moment.mp4")]
    our_start_s, their_start_s = ours(moment, _empty(folder / "start")), theirs(moment, folder / "start")
    our_s, their_s = median(our_runs), median(their_runs)
    figure = (
        f"{ratio(our_s, their_s)}; without the start {ratio(our_s - our_start_s, their_s - their_start_s)}"
    )
    raw = (
        f"ours {our_s:.1f} CPU s, of it start and model {our_start_s:.1f}; "
        f"theirs {their_s:.1f} CPU s, of it start and model {their_start_s:.1f}"
    )
    return (figure, raw), our_folder, their_folder


def _ours(env: dict[str, str], language: str | None = None) -> Program:
    options = ["--language", language] if language else []

    def run(clips: Sequence[Path], folder: Path) -> float:
        return run_measured(
            [sys.executable, "-m", "bench.models.product_speech", *options, folder, *clips], env
        ).cpu_s

    return run


def _theirs(settings: SpeechSettings, language: str | None = None, *, batched: bool = False) -> Program:
    def run(clips: Sequence[Path], folder: Path) -> float:
        return whisper_command.transcribe(
            clips,
            settings.model,
            folder,
            settings.cpu_threads,
            beam_size=settings.beam_size,
            language=language,
            batched=batched,
        ).cpu_s

    return run


def _rules(folder: Path) -> RuleReport:
    """Rule report over all clips' cues, an hour apart, so that no pause between clips counts."""
    cues: list[Cue] = []
    for number, path in enumerate(sorted(folder.glob("*.srt"))):
        offset_us = number * 3_600_000_000
        cues += [
            Cue(cue.start_us + offset_us, cue.end_us + offset_us, cue.lines)
            for cue in read_srt(path.read_text())
        ]
    return rule_report(cues, _FRAME_US)


def read_srt(text: str) -> list[Cue]:
    """Cues of an SRT file; one of no duration becomes a millisecond long, which breaks the rules."""
    cues = []
    for block in text.replace("\r\n", "\n").strip().split("\n\n"):
        found = _TIMES.search(block)
        if found is None:
            continue
        start_us, end_us = _microseconds(found.groups()[:4]), _microseconds(found.groups()[4:])
        lines = tuple(line.strip() for line in block[found.end() :].splitlines() if line.strip())
        if lines:
            cues.append(Cue(start_us, max(end_us, start_us + 1000), lines))
    return cues


def _microseconds(fields: Sequence[str]) -> int:
    hours, minutes, seconds, milliseconds = map(int, fields)
    return (((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds) * 1000


def _rule_text(report: RuleReport) -> str:
    shares = {
        "line length": report.line_length,
        "lines": report.line_count,
        "shortest": report.min_duration,
        "longest": report.max_duration,
        "gap": report.gap,
        "closed gap": report.closed_gap,
        "reading speed": report.reading_speed,
    }
    return f"{report.cue_count} cues: " + ", ".join(f"{name} {share:.2f}" for name, share in shares.items())


def _empty(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    return folder
