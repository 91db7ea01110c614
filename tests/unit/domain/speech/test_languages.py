"""Language codes, and the estimate of a video's language from all its windows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import LanguageUnsupported
from domain.speech.languages import (
    LANGUAGES,
    WindowScores,
    estimate_language,
    language_code,
)
from domain.speech.words import LanguageScore, LanguageVerdict


def test_no_window_means_no_speech() -> None:
    estimate = estimate_language([])
    assert (estimate.verdict, estimate.language) == (LanguageVerdict.NO_SPEECH, None)


def test_windows_are_weighted_by_the_length_of_their_speech() -> None:
    estimate = estimate_language(
        [WindowScores(30_000_000, {"fr": 0.9, "en": 0.1}), WindowScores(10_000_000, {"fr": 0.1, "en": 0.9})]
    )
    assert estimate.verdict is LanguageVerdict.DETECTED
    assert (estimate.language, estimate.probability) == ("fr", 0.7)
    assert estimate.runners_up == (LanguageScore("en", 0.3),)
    assert estimate.windows == 2


def test_a_confident_wrong_intro_is_outweighed() -> None:
    intro = WindowScores(5_000_000, {"en": 0.99, "es": 0.01})
    rest = [WindowScores(28_000_000, {"en": 0.2, "es": 0.8})] * 3
    assert estimate_language([intro, *rest]).language == "es"


def test_a_language_below_the_threshold_is_uncertain() -> None:
    estimate = estimate_language([WindowScores(20_000_000, {"no": 0.4, "da": 0.35, "sv": 0.25})])
    assert (estimate.verdict, estimate.language) == (LanguageVerdict.UNCERTAIN, "no")


def test_less_than_a_second_of_speech_is_uncertain() -> None:
    estimate = estimate_language([WindowScores(600_000, {"en": 0.97, "fr": 0.03})])
    assert (estimate.verdict, estimate.language) == (LanguageVerdict.UNCERTAIN, "en")


def test_there_are_at_most_three_runners_up_and_none_below_one_percent() -> None:
    scores = {"en": 0.6, "nl": 0.2, "de": 0.1, "fy": 0.05, "af": 0.04, "da": 0.005, "sv": 0.005}
    runners_up = estimate_language([WindowScores(9_000_000, scores)]).runners_up
    assert [score.language for score in runners_up] == ["nl", "de", "af"]


def test_old_codes_and_dialects_count_for_their_language() -> None:
    estimate = estimate_language([WindowScores(9_000_000, {"yue": 0.5, "zh": 0.3, "jw": 0.2})])
    assert (estimate.language, estimate.probability) == ("zh", 0.8)
    assert estimate.runners_up == (LanguageScore("jv", 0.2),)


def test_an_estimate_without_a_known_language_is_refused() -> None:
    with pytest.raises(LanguageUnsupported):
        estimate_language([WindowScores(9_000_000, {"haw": 1.0})])


@given(
    st.lists(
        st.tuples(
            st.integers(1, 30_000_000),
            st.dictionaries(st.sampled_from(sorted(LANGUAGES)), st.floats(0, 1), min_size=1, max_size=9),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_the_named_language_is_never_less_likely_than_a_runner_up(
    raw: list[tuple[int, dict[str, float]]],
) -> None:
    estimate = estimate_language([WindowScores(speech_us, scores) for speech_us, scores in raw])
    ranking = [estimate.probability, *(score.probability for score in estimate.runners_up)]
    assert ranking == sorted(ranking, reverse=True)
    assert all(0 <= probability <= 1 for probability in ranking)
    assert estimate.language in LANGUAGES


@pytest.mark.parametrize(
    ("tag", "code"),
    [("fr", "fr"), ("pt-BR", "pt"), ("EN_us", "en"), (" es ", "es"), ("iw", "he"), ("nb-NO", "no")],
)
def test_a_language_tag_is_read_as_its_language(tag: str, code: str) -> None:
    assert language_code(tag) == code


@pytest.mark.parametrize("tag", ["", "klingon", "xx", "e", "-", "français", "en\n;drop"])
def test_an_unknown_language_tag_is_refused(tag: str) -> None:
    with pytest.raises(LanguageUnsupported):
        language_code(tag)
