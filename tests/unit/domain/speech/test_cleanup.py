"""Cleanup of a transcript: words in order and inside the speech, loops reduced to one repetition."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.speech.cleanup import TranscribedWord, collapse_loops, join_pieces, place_words, start_with_voice
from domain.speech.regions import Region
from domain.speech.words import SpeechSpan, Word

REGION = Region((SpeechSpan(10_000_000, 12_000_000), SpeechSpan(20_000_000, 23_000_000)))


def said(text: str, word_us: int = 300_000) -> list[TranscribedWord]:
    return [
        TranscribedWord(word, index * word_us, (index + 1) * word_us, 0.9)
        for index, word in enumerate(text.split())
    ]


def test_words_get_their_times_in_the_file() -> None:
    transcribed = [
        TranscribedWord(" Hello,", 100_000, 600_000, 0.9),
        TranscribedWord(" cat.", 2_100_000, 2_600_000, 0.8),
    ]
    assert place_words(REGION, transcribed) == [
        Word("Hello,", 10_100_000, 10_600_000, 0.9),
        Word("cat.", 20_100_000, 20_600_000, 0.8),
    ]


def test_a_word_that_overlaps_the_next_is_shortened() -> None:
    transcribed = [TranscribedWord("one", 0, 900_000, 0.9), TranscribedWord("two", 500_000, 1_000_000, 0.9)]
    assert [word.end_us for word in place_words(REGION, transcribed)] == [10_500_000, 11_000_000]


def test_a_word_without_duration_gets_one_where_there_is_room() -> None:
    transcribed = [
        TranscribedWord("one", 0, 0, 0.9),
        TranscribedWord("two", 60_000, 60_000, 0.9),
        TranscribedWord("six", 2_000_000, 2_000_000, 0.9),
    ]
    assert [(word.start_us, word.end_us) for word in place_words(REGION, transcribed)] == [
        (10_000_000, 10_060_000),
        (10_060_000, 10_160_000),
        (20_000_000, 20_100_000),
    ]


def test_a_piece_without_a_leading_space_belongs_to_the_word_before() -> None:
    pieces = [
        TranscribedWord(" Aujourd", 0, 300_000, 0.9),
        TranscribedWord("'hui,", 300_000, 500_000, 0.8),
        TranscribedWord(" dix", 600_000, 700_000, 0.9),
        TranscribedWord("-", 700_000, 700_000, 0.9),
        TranscribedWord("sept", 700_000, 900_000, 0.7),
    ]
    assert join_pieces(pieces) == [
        TranscribedWord(" Aujourd'hui,", 0, 500_000, 0.8),
        TranscribedWord(" dix-sept", 600_000, 900_000, 0.7),
    ]


def test_a_word_of_spaces_is_dropped() -> None:
    assert place_words(REGION, [TranscribedWord("  ", 0, 100_000, 0.9)]) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["one", " two", "  ", "three."]),
            st.integers(0, 8_000_000),
            st.integers(-500_000, 3_000_000),
            st.floats(-1, 2),
        ),
        max_size=30,
    )
)
def test_for_any_transcript_words_are_in_order_without_overlaps_and_inside_the_region(
    raw: list[tuple[str, int, int, float]],
) -> None:
    transcribed = [TranscribedWord(text, start, max(0, start + length), p) for text, start, length, p in raw]
    words = place_words(REGION, transcribed)
    assert [word.text for word in words] == [
        word.text.strip() for word in collapse_loops(transcribed) if word.text.strip()
    ]
    assert all(10_000_000 <= word.start_us <= word.end_us <= 23_000_000 for word in words)
    assert all(before.end_us <= after.start_us for before, after in pairwise(words))
    assert all(0 <= word.probability <= 1 for word in words)


def test_a_loop_faster_than_speech_is_reduced_to_one_repetition() -> None:
    transcribed = said("so we go") + [
        TranscribedWord(w, 900_000, 910_000, 0.3) for w in ["thank", "you", "all"] * 9
    ]
    assert [word.text for word in collapse_loops(transcribed)] == ["so", "we", "go", "thank", "you", "all"]


def test_words_repeated_at_a_speakable_pace_all_stay() -> None:
    transcribed = said("no no no no no no stop")
    assert collapse_loops(transcribed) == transcribed


def test_three_repetitions_are_no_loop() -> None:
    transcribed = said("bye bye bye", word_us=10_000)
    assert collapse_loops(transcribed) == transcribed


@given(st.lists(st.sampled_from("abc"), max_size=40))
def test_collapsing_keeps_the_order_and_adds_nothing(letters: list[str]) -> None:
    transcribed = said(" ".join(letters), word_us=10_000)
    collapsed = collapse_loops(transcribed)
    rest = iter(transcribed)
    assert all(word in rest for word in collapsed)
    assert {word.text for word in collapsed} == set(letters)


QUIET_THEN_VOICE = [0.1] * 10 + [0.9] * 30  # the voice sets in at 0.32 s


def test_a_word_that_begins_in_silence_begins_with_the_voice() -> None:
    words = [Word("Hello,", 100_000, 200_000), Word("cat", 600_000, 900_000)]
    assert start_with_voice(words, QUIET_THEN_VOICE, 1_280_000) == [
        Word("Hello,", 320_000, 420_000),
        Word("cat", 600_000, 900_000),
    ]


def test_a_word_is_not_moved_into_the_next() -> None:
    words = [Word("a", 100_000, 200_000), Word("cat", 350_000, 900_000)]
    assert start_with_voice(words, QUIET_THEN_VOICE, 1_280_000) == words


def test_a_word_without_a_voice_nearby_is_not_moved() -> None:
    words = [Word("um", 0, 200_000)]
    assert start_with_voice(words, [0.1] * 100, 3_200_000) == words


@given(
    st.lists(st.tuples(st.integers(0, 900_000), st.integers(0, 900_000)), max_size=8),
    st.lists(st.floats(0, 1), max_size=200),
)
def test_words_stay_in_order_without_overlaps_and_inside_the_file(
    gaps_and_lengths_us: list[tuple[int, int]], probabilities: list[float]
) -> None:
    words, at_us = [], 0
    for gap_us, length_us in gaps_and_lengths_us:
        words.append(Word("word", at_us + gap_us, at_us + gap_us + length_us))
        at_us += gap_us + length_us
    moved = start_with_voice(words, probabilities, at_us)
    assert all(before.end_us <= after.start_us for before, after in pairwise(moved))
    assert all(old.start_us <= new.start_us for old, new in zip(words, moved, strict=True))
    assert not moved or moved[-1].end_us <= at_us
