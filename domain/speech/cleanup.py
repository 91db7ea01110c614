"""What is kept of the words a speech model says it heard: in order, inside the speech, no endless loops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.speech.regions import PROBABILITY_STEP_US, Region
from domain.speech.words import Word

# A loop is a phrase said over and over faster than a mouth can: people do say "no, no, no, no".
_LOOP_REPEATS = 4
_LONGEST_LOOP_WORDS = 12
_FASTEST_WORD_US = 80_000

# An alignment may leave a word no time at all; it gets this much where the next word allows it.
_SHORTEST_WORD_US = 100_000

_VOICE = 0.5
_LONGEST_MOVE_US = 512_000


@dataclass(frozen=True)
class TranscribedWord:
    """A word as a model gives it, with the space before it and with times inside its region."""

    text: str
    start_us: int
    end_us: int
    probability: float


def place_words(region: Region, heard: Sequence[TranscribedWord]) -> list[Word]:
    """The words with their times in the file: each inside the region, in order of time, none over another."""
    placed: list[Word] = []
    for word in collapse_loops(heard):
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
    """The words, those that begin in silence moved to where the voice sets in shortly after.

    An alignment likes to give the first word after a pause the pause's end too.
    """
    limits_us = [*(word.start_us for word in words[1:]), duration_us]
    return [
        _moved(word, _voice_onset_us(word.start_us, probabilities), limit_us)
        for word, limit_us in zip(words, limits_us[: len(words)], strict=True)
    ]


def _voice_onset_us(start_us: int, probabilities: Sequence[float]) -> int:
    first = start_us // PROBABILITY_STEP_US
    ahead = probabilities[first : first + _LONGEST_MOVE_US // PROBABILITY_STEP_US]
    if not ahead or ahead[0] >= _VOICE:
        return start_us
    step = next((step for step, voice in enumerate(ahead) if voice >= _VOICE), 0)
    return max(start_us, (first + step) * PROBABILITY_STEP_US)


def _moved(word: Word, onset_us: int, limit_us: int) -> Word:
    end_us = max(word.end_us, onset_us + _SHORTEST_WORD_US)
    if onset_us == word.start_us or end_us > limit_us:
        return word
    return replace(word, start_us=onset_us, end_us=end_us)


def join_pieces(heard: Sequence[TranscribedWord]) -> list[TranscribedWord]:
    """Whole words of a language that puts spaces between them: what has no space before it, such as the
    `'hui` of `aujourd'hui`, belongs to the word before."""
    joined: list[TranscribedWord] = []
    for piece in heard:
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


def collapse_loops(heard: Sequence[TranscribedWord]) -> list[TranscribedWord]:
    """The words, each loop cut down to its first turn."""
    kept: list[TranscribedWord] = []
    at = 0
    while at < len(heard):
        length, turns = _loop_at(heard, at)
        kept.extend(heard[at : at + length])
        at += length * turns
    return kept


def _loop_at(heard: Sequence[TranscribedWord], at: int) -> tuple[int, int]:
    """How many words the loop that begins here has, and how often it turns; (1, 1) for no loop."""
    texts = [word.text.strip().casefold() for word in heard[at:]]
    for length in range(1, min(_LONGEST_LOOP_WORDS, len(texts) // _LOOP_REPEATS) + 1):
        turns = 1
        while texts[turns * length : (turns + 1) * length] == texts[:length]:
            turns += 1
        repeated = heard[at + length : at + length * turns]
        if turns >= _LOOP_REPEATS and _too_fast(repeated):
            return length, turns
    return 1, 1


def _too_fast(words: Sequence[TranscribedWord]) -> bool:
    return words[-1].end_us - words[0].start_us < _FASTEST_WORD_US * len(words)
