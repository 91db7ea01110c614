"""Cues, the timed-text rules for them, and a report on how many cues keep each rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

MILLISECOND_US = 1000


def floor_to_ms(time_us: int | Fraction) -> int:
    return int(time_us // MILLISECOND_US) * MILLISECOND_US


def ceil_to_ms(time_us: int | Fraction) -> int:
    return -floor_to_ms(-time_us)


@dataclass(frozen=True)
class Cue:
    """One subtitle: from `start_us` up to `end_us` it shows `lines`."""

    start_us: int
    end_us: int
    lines: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.start_us < self.end_us:
            raise ValueError(f"a cue can't last from {self.start_us} to {self.end_us} us")
        if not self.lines:
            raise ValueError("a cue needs a line")
        for line in self.lines:
            if not line.strip() or len(line.splitlines()) != 1:
                raise ValueError(f"a cue's line is one line with text, not {line!r}")

    @property
    def duration_us(self) -> int:
        return self.end_us - self.start_us

    @property
    def characters(self) -> int:
        """Number of characters to read, with punctuation and spaces, without the line break."""
        return sum(len(line) for line in self.lines)


@dataclass(frozen=True)
class CueRules:
    """The limits of good timed text.

    `line_characters_by_language` (ISO 639-1 codes) has the shorter lines of scripts with wide characters;
    `for_language` applies them.
    """

    line_characters: int = 42
    lines: int = 2
    min_duration_us: int = 833_334
    max_duration_us: int = 7_000_000
    gap_frames: int = 2
    close_gaps_under_us: int = 500_000
    characters_per_second: int = 20
    long_pause_us: int = 1_000_000
    line_characters_by_language: tuple[tuple[str, int], ...] = (
        ("zh", 16),
        ("yue", 16),
        ("ja", 13),
        ("ko", 16),
    )

    def __post_init__(self) -> None:
        limits = (limit for _, limit in self.line_characters_by_language)
        if min(self.line_characters, *limits) < 1 or self.lines not in (1, 2):
            raise ValueError("a cue has 1 or 2 lines of at least one character")
        if not 0 < self.min_duration_us < self.max_duration_us:
            raise ValueError("the shortest cue must be shorter than the longest")
        if min(self.gap_frames, self.close_gaps_under_us, self.long_pause_us) < 0:
            raise ValueError("gaps and pauses can't be negative")
        if self.characters_per_second < 1:
            raise ValueError("the reading speed is at least 1 character a second")

    def for_language(self, language: str | None) -> CueRules:
        """These rules with the line length of the language."""
        limit = dict(self.line_characters_by_language).get(language or "", self.line_characters)
        return replace(self, line_characters=limit)

    def gap_us(self, frame_us: Fraction) -> int:
        """Shortest gap between two cues, in whole milliseconds, the unit of subtitle files.

        Below 4 frames a second two frames would be longer than a gap that must be closed; then the latter
        is the limit.
        """
        return min(ceil_to_ms(self.gap_frames * frame_us), ceil_to_ms(self.close_gaps_under_us))

    def reading_us(self, characters: int) -> int:
        """Time needed to read this many characters."""
        return -(-characters * 1_000_000 // self.characters_per_second)


STANDARD_RULES = CueRules()


@dataclass(frozen=True)
class RuleReport:
    """Share (0 to 1) of the cues that keep each rule; 1 without cues.

    `gap` and `closed_gap` are about the pause between a cue and the next one.
    """

    cue_count: int
    line_length: float
    line_count: float
    min_duration: float
    max_duration: float
    gap: float
    closed_gap: float
    reading_speed: float
    every_rule: float


def rule_report(cues: Sequence[Cue], frame_us: Fraction, rules: CueRules = STANDARD_RULES) -> RuleReport:
    """The report on cues in order of time; pass `rules.for_language(...)` for another line length."""
    gap_us = rules.gap_us(frame_us)
    pauses: list[int | None] = [after.start_us - before.end_us for before, after in pairwise(cues)]
    verdicts = [
        (
            all(len(line) <= rules.line_characters for line in cue.lines),
            len(cue.lines) <= rules.lines,
            cue.duration_us >= rules.min_duration_us,
            cue.duration_us <= rules.max_duration_us,
            pause is None or pause >= gap_us,
            pause is None or pause <= gap_us or pause >= rules.close_gaps_under_us,
            cue.duration_us >= rules.reading_us(cue.characters),
        )
        for cue, pause in zip(cues, [*pauses, None], strict=False)
    ]
    if not verdicts:
        verdicts = [(True,) * 7]
    shares = [sum(column) / len(verdicts) for column in zip(*verdicts, strict=True)]
    length, count, shortest, longest, gap, closed, reading = shares
    every = sum(map(all, verdicts)) / len(verdicts)
    return RuleReport(len(cues), length, count, shortest, longest, gap, closed, reading, every)
