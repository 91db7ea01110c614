"""Cleanup of a model's transcript: words in order, inside the speech, without endless repetitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.speech.regions import PROBABILITY_STEP_US, Region
from domain.speech.words import Word

# A loop is a phrase repeated faster than anyone can speak: people do say "no, no, no, no".
_LOOP_REPEATS = 4
_LONGEST_LOOP_WORDS = 12
_FASTEST_WORD_US = 80_000

# An alignment may give a word no duration; it gets this much if the next word leaves room.
_SHORTEST_WORD_US = 100_000

_VOICE_PROBABILITY = 0.5
_LONGEST_MOVE_US = 512_000


@dataclass(frozen=True)
class TranscribedWord:
    """A word as a model returns it, with its leading space and with times relative to its region."""

    text: str
    start_us: int
    end_us: int
    probability: float


def place_words(region: Region, transcribed: Sequence[TranscribedWord]) -> list[Word]:
    """The words with times in the file: inside the region, in order of time, without overlaps."""
    placed: list[Word] = []
    for word in collapse_loops(transcribed):
        text = " ".join(word.text.split())
        if text:
            earliest_us = placed[-1].start_us if placed else region.pieces[0].start_us
            start_us, end_us = region.place(word.start_us, word.end_us)
            start_us = max(start_us, earliest_us)
            probability = min(max(word.probability, 0.0), 1.0)
            placed.append(Word(text, start_us, max(start_us, end_us), probability))
    limits_us = [*(word.start_us for word in placed[1:]), region.pieces[-1].end_us]
    return [
        replace(word, end_us=min(max(word.end_us, word.start_us + _SHORTEST_WORD_US), limit_us))
        for word, limit_us in zip(placed, limits_us[: len(placed)], strict=True)
    ]


def start_with_voice(words: Sequence[Word], probabilities: Sequence[float], duration_us: int) -> list[Word]:
    """The words, with those that begin in silence moved to the voice that begins shortly after.

    An alignment often starts the first word after a pause too early, inside the pause.
    """
    limits_us = [*(word.start_us for word in words[1:]), duration_us]
    return [
        _moved(word, _voice_onset_us(word.start_us, probabilities), limit_us)
        for word, limit_us in zip(words, limits_us[: len(words)], strict=True)
    ]


def _voice_onset_us(start_us: int, probabilities: Sequence[float]) -> int:
    first = start_us // PROBABILITY_STEP_US
    ahead = probabilities[first : first + _LONGEST_MOVE_US // PROBABILITY_STEP_US]
    if not ahead or ahead[0] >= _VOICE_PROBABILITY:
        return start_us
    step = next((step for step, probability in enumerate(ahead) if probability >= _VOICE_PROBABILITY), 0)
    return max(start_us, (first + step) * PROBABILITY_STEP_US)


def _moved(word: Word, onset_us: int, limit_us: int) -> Word:
    end_us = max(word.end_us, onset_us + _SHORTEST_WORD_US)
    if onset_us == word.start_us or end_us > limit_us:
        return word
    return replace(word, start_us=onset_us, end_us=end_us)


def join_pieces(pieces: Sequence[TranscribedWord]) -> list[TranscribedWord]:
    """Whole words of a language with spaces: a piece without a leading space, such as the `'hui` of
    `aujourd'hui`, belongs to the word before."""
    joined: list[TranscribedWord] = []
    for piece in pieces:
        if joined and not piece.text.startswith(" "):
            before = joined.pop()
            joined.append(
                TranscribedWord(
                    before.text + piece.text,
                    before.start_us,
                    max(before.end_us, piece.end_us),
                    min(before.probability, piece.probability),
                )
            )
        else:
            joined.append(piece)
    return joined


def collapse_loops(words: Sequence[TranscribedWord]) -> list[TranscribedWord]:
    """The words, with each loop reduced to its first repetition."""
    collapsed: list[TranscribedWord] = []
    start = 0
    while start < len(words):
        length, repeats = _loop_at(words, start)
        collapsed.extend(words[start : start + length])
        start += length * repeats
    return collapsed


def _loop_at(words: Sequence[TranscribedWord], start: int) -> tuple[int, int]:
    """Number of words and of repetitions of the loop that begins at `start`; (1, 1) for no loop."""
    texts = [word.text.strip().casefold() for word in words[start:]]
    for length in range(1, min(_LONGEST_LOOP_WORDS, len(texts) // _LOOP_REPEATS) + 1):
        repeats = 1
        while texts[repeats * length : (repeats + 1) * length] == texts[:length]:
            repeats += 1
        repeated = words[start + length : start + length * repeats]
        if repeats >= _LOOP_REPEATS and _too_fast(repeated):
            return length, repeats
    return 1, 1


def _too_fast(words: Sequence[TranscribedWord]) -> bool:
    return words[-1].end_us - words[0].start_us < _FASTEST_WORD_US * len(words)
