"""Generators of transcripts for the property tests of the timed-text rules."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from domain.speech.words import Word
from domain.subtitles.breaking import break_into_cues
from domain.subtitles.cues import Cue

# A busy machine is no fault of the rules.
unhurried = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

SECOND_US = 1_000_000
SHORTEST_US = 834_000  # 5/6 s in whole milliseconds
LONGEST_US = 7_000_000

frames_us = st.sampled_from(
    [
        Fraction(SECOND_US, 24),
        Fraction(1001 * SECOND_US, 30_000),
        Fraction(SECOND_US, 60),
        Fraction(SECOND_US, 10),
    ]
)
languages = st.sampled_from([None, "en", "fr", "es", "de", "it", "pt", "ja", "zh", "xx"])
texts = st.one_of(
    st.from_regex(r"[a-z]{1,12}[.,?!]?", fullmatch=True),
    st.sampled_from(["the", "and", "et", "de", "I", "?", "«", "...", "3.5", "Dr."]),
    st.text("abcdefgh/-", min_size=30, max_size=150),
    st.text("日本語テキスト、。ー", min_size=1, max_size=50),
    st.text(min_size=1, max_size=60).filter(lambda text: text.strip() != ""),
)


@dataclass(frozen=True)
class Speech:
    words: list[Word]
    media_us: int
    frame_us: Fraction

    @property
    def gap_us(self) -> int:
        return math.ceil(2 * self.frame_us / 1000) * 1000

    def cues(self, language: str | None = None) -> list[Cue]:
        return break_into_cues(self.words, self.media_us, self.frame_us, language=language)


@st.composite
def speeches(draw: st.DrawFn, word_texts: st.SearchStrategy[str] = texts) -> Speech:
    """Words in order of start: overlapping, without length, rushed, drawn out, or after the media's end."""
    words: list[Word] = []
    start_us = draw(st.integers(0, 2_000_000))
    for _ in range(draw(st.integers(0, 4))):
        start_us += draw(st.sampled_from([0, 700_000, 1_500_000, 4_000_000]))
        shortest_us, longest_us = draw(
            st.sampled_from(
                [(150_000, 600_000), (0, 0), (10_000, 90_000), (500_000, 2_000_000), (8_000_000, 20_000_000)]
            )
        )
        pauses_us = draw(st.sampled_from([(0, 0), (0, 300_000), (300_000, 900_000), (1_000_001, 5_000_000)]))
        for text in draw(st.lists(word_texts, min_size=1, max_size=20)):
            end_us = start_us + draw(st.integers(shortest_us, longest_us))
            words.append(Word(text, start_us, end_us))
            overlap = draw(st.integers(0, 9)) == 9
            start_us = (start_us if overlap else end_us) + draw(st.integers(*pauses_us))
    last_us = max([300_000, *(word.end_us for word in words)])
    media_us = draw(
        st.one_of(
            st.integers(last_us, last_us + 300_000),
            st.integers(last_us + 3_000_000, last_us + 12_000_000),
            st.integers(last_us + 3_000_000, last_us + 12_000_000),
            st.integers(300_000, last_us),
            st.just(300_000),
        )
    )
    return Speech(words, media_us, draw(frames_us))


@st.composite
def numbered_speeches(draw: st.DrawFn) -> Speech:
    """Speech in which no word occurs twice, so that each can be found in the cues."""
    speech = draw(speeches(st.integers(0, 10**12).map(str)))
    words = [
        Word(f"{index}x{word.text}", word.start_us, word.end_us) for index, word in enumerate(speech.words)
    ]
    return Speech(words, speech.media_us, speech.frame_us)


@st.composite
def ordinary_speeches(draw: st.DrawFn) -> Speech:
    """Sentences at up to 16 characters a second with short and long pauses, and silence at the end."""
    characters_per_second = draw(st.integers(8, 16))
    words: list[Word] = []
    time_us = draw(st.integers(0, 3_000_000))
    for text in draw(st.lists(st.from_regex(r"[a-z]{1,11}[.,]?", fullmatch=True), min_size=1, max_size=60)):
        end_us = time_us + (len(text) + 1) * SECOND_US // characters_per_second
        words.append(Word(text, time_us, end_us))
        pause_us = st.integers(0, 400_000) if text[-1] in ".," else st.just(0)
        time_us = end_us + draw(st.one_of(pause_us, pause_us, pause_us, st.integers(1_200_000, 4_000_000)))
    return Speech(words, time_us + 2_000_000, draw(frames_us))
