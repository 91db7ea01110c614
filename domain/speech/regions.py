"""Speech regions: finds the spans of speech in a sound and packs them into regions for a speech model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.speech.words import SpeechSpan

PROBABILITY_STEP_US = 32_000  # one voice probability covers 512 samples at 16 kHz
# Longest stretch of the file that is transcribed in one call, and so that a killed worker must repeat.
LONGEST_REACH_US = 60_000_000

_SHORTEST_SPAN_US = 100_000  # a shorter span, in a very short file, holds no word
_MIN_PIECE_US = 1_000_000  # a shorter rest of a cut span has too little context for the model


@dataclass(frozen=True)
class VoiceRule:
    """Thresholds for the begin and end of speech. There are two, so that a probability near one of them
    doesn't chop a sentence; the padding includes soft first and last sounds."""

    enter_probability: float = 0.5
    leave_probability: float = 0.35
    shortest_pause_us: int = 320_000
    padding_us: int = 320_000


@dataclass(frozen=True)
class Region:
    """Pieces of speech that are transcribed in one call, joined without the pauses between them."""

    pieces: tuple[SpeechSpan, ...]

    def __post_init__(self) -> None:
        if not self.pieces:
            raise ValueError("a region needs speech")
        if any(after.start_us < before.end_us for before, after in pairwise(self.pieces)):
            raise ValueError("the pieces of a region must be in order and must not overlap")

    @property
    def duration_us(self) -> int:
        return sum(piece.duration_us for piece in self.pieces)

    @property
    def start_us(self) -> int:
        return self.pieces[0].start_us

    @property
    def end_us(self) -> int:
        return self.pieces[-1].end_us

    def place(self, start_us: int, end_us: int) -> tuple[int, int]:
        """Converts a span of the region to times in the file.

        The span is placed in the piece that holds its middle.
        """
        middle_us = (start_us + end_us) // 2
        offset_us = 0
        piece = self.pieces[-1]
        for candidate in self.pieces:
            if middle_us < offset_us + candidate.duration_us:
                piece = candidate
                break
            offset_us += candidate.duration_us
        else:
            offset_us -= piece.duration_us
        shift_us = piece.start_us - offset_us
        start_us = min(max(start_us + shift_us, piece.start_us), piece.end_us)
        return start_us, min(max(end_us + shift_us, start_us), piece.end_us)


def speech_spans(
    probabilities: Sequence[float], duration_us: int, rule: VoiceRule = VoiceRule()
) -> tuple[SpeechSpan, ...]:
    """The spans of speech, in order, without overlaps, inside the file; one probability every 32 ms."""
    unpadded: list[tuple[int, int]] = []
    start_us: int | None = None
    quiet_since_us: int | None = None
    for step, probability in enumerate(probabilities):
        now_us = step * PROBABILITY_STEP_US
        if probability >= rule.enter_probability:
            start_us = now_us if start_us is None else start_us
            quiet_since_us = None
        elif start_us is not None and probability < rule.leave_probability:
            quiet_since_us = now_us if quiet_since_us is None else quiet_since_us
            if now_us + PROBABILITY_STEP_US - quiet_since_us >= rule.shortest_pause_us:
                unpadded.append((start_us, quiet_since_us))
                start_us = quiet_since_us = None
    if start_us is not None:
        unpadded.append((start_us, quiet_since_us or duration_us))
    return _padded([span for span in unpadded if span[0] < duration_us], duration_us, rule.padding_us)


def _padded(unpadded: list[tuple[int, int]], duration_us: int, padding_us: int) -> tuple[SpeechSpan, ...]:
    """Each span with silence around it; two neighbours share a pause that is too short for both."""
    spans: list[SpeechSpan] = []
    for index, (start_us, end_us) in enumerate(unpadded):
        room_before_us = start_us if index == 0 else (start_us - unpadded[index - 1][1]) // 2
        is_last = index == len(unpadded) - 1
        room_after_us = duration_us - end_us if is_last else (unpadded[index + 1][0] - end_us) // 2
        spans.append(
            SpeechSpan(
                start_us - min(padding_us, room_before_us),
                min(end_us + min(padding_us, max(room_after_us, 0)), duration_us),
            )
        )
    return tuple(span for span in spans if span.duration_us >= _SHORTEST_SPAN_US)


def pack_regions(
    spans: Sequence[SpeechSpan], probabilities: Sequence[float], longest_us: int
) -> tuple[Region, ...]:
    """All of `spans` in regions with at most `longest_us` of speech, cut at the longest late pauses.

    With its pauses a region spans at most LONGEST_REACH_US of the file.
    """
    if longest_us < 2 * _MIN_PIECE_US:
        raise ValueError(f"a region of {longest_us} us is too short for a speech model")
    waiting = [piece for span in spans for piece in _cut(span, probabilities, longest_us)]
    regions: list[Region] = []
    while waiting:
        count = _fitting(waiting, longest_us)
        if count < len(waiting):
            count = _longest_late_pause(waiting, count, longest_us)
        regions.append(Region(tuple(waiting[:count])))
        waiting = waiting[count:]
    return tuple(regions)


def group_regions(regions: Sequence[Region], at_most: int) -> list[tuple[Region, ...]]:
    """Batches of up to `at_most` neighbouring regions, each within LONGEST_REACH_US of the file."""
    groups: list[tuple[Region, ...]] = []
    for region in regions:
        group = groups[-1] if groups else ()
        if group and len(group) < at_most and region.end_us - group[0].start_us <= LONGEST_REACH_US:
            groups[-1] = (*group, region)
        else:
            groups.append((region,))
    return groups


def _fitting(pieces: Sequence[SpeechSpan], longest_us: int) -> int:
    total_us = 0
    for count, piece in enumerate(pieces):
        total_us += piece.duration_us
        if total_us > longest_us or piece.end_us - pieces[0].start_us > LONGEST_REACH_US:
            return count
    return len(pieces)


def _longest_late_pause(pieces: Sequence[SpeechSpan], count: int, longest_us: int) -> int:
    """The break in the last quarter of a region with the longest pause after it: most often a sentence
    ends there, and a model transcribes whole sentences better than halves."""
    total_us = 0
    breaks: list[int] = []
    for index in range(count):
        total_us += pieces[index].duration_us
        if total_us >= longest_us * 3 // 4:
            breaks.append(index + 1)
    pause_us = {at: pieces[at].start_us - pieces[at - 1].end_us for at in breaks}
    return max(breaks, key=lambda at: (pause_us[at], at), default=count)


def _cut(span: SpeechSpan, probabilities: Sequence[float], longest_us: int) -> list[SpeechSpan]:
    """The span in parts of at most `longest_us`, cut at the lowest voice probability."""
    parts: list[SpeechSpan] = []
    start_us = span.start_us
    while span.end_us - start_us > longest_us:
        earliest_us = start_us + longest_us // 2
        latest_us = max(earliest_us, min(start_us + longest_us, span.end_us - _MIN_PIECE_US))
        cut_us = _quietest(probabilities, earliest_us, latest_us)
        parts.append(SpeechSpan(start_us, cut_us))
        start_us = cut_us
    return [*parts, SpeechSpan(start_us, span.end_us)]


def _quietest(probabilities: Sequence[float], earliest_us: int, latest_us: int) -> int:
    first = earliest_us // PROBABILITY_STEP_US + 1
    steps = range(first, min(latest_us // PROBABILITY_STEP_US, len(probabilities) - 1))
    # The sum of three neighbours: a real pause is longer than one step, a click is not.
    quietest = min(
        steps, key=lambda step: probabilities[step - 1] + probabilities[step] + probabilities[step + 1],
        default=None,
    )  # fmt: skip
    return latest_us if quietest is None else quietest * PROBABILITY_STEP_US + PROBABILITY_STEP_US // 2


def language_windows(
    spans: Sequence[SpeechSpan], longest_us: int, at_most: int = 8, aimed_us: int = 10_000_000
) -> tuple[Region, ...]:
    """Up to `at_most` windows, evenly spread over all speech, about one for each `aimed_us` of it."""
    speech_us = sum(span.duration_us for span in spans)
    if speech_us == 0:
        return ()
    count = min(at_most, max(1, -(-speech_us // aimed_us)))
    share_us = speech_us // count
    length_us = min(longest_us, share_us)
    starts_us = [index * share_us + (share_us - length_us) // 2 for index in range(count)]
    return tuple(_stretch(spans, start_us, start_us + length_us) for start_us in starts_us)


def _stretch(spans: Sequence[SpeechSpan], start_us: int, end_us: int) -> Region:
    """The speech from `start_us` to `end_us`, counted without the pauses."""
    pieces: list[SpeechSpan] = []
    offset_us = 0
    for span in spans:
        first_us = max(start_us - offset_us, 0)
        last_us = min(end_us - offset_us, span.duration_us)
        if first_us < last_us:
            pieces.append(SpeechSpan(span.start_us + first_us, span.start_us + last_us))
        offset_us += span.duration_us
    return Region(tuple(pieces))
