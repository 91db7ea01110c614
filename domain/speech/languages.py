"""Language codes, and the language estimate of a video from several windows of its speech."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.errors import LanguageUnsupported
from domain.speech.words import LanguageEstimate, LanguageScore, LanguageVerdict

# ISO 639-1; the languages that Whisper knows.
_CODES = (
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha he hi hr "
    "ht hu hy id is it ja jv ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no "
    "oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi "
    "yo zh"
)

LANGUAGES = frozenset(_CODES.split())

_OTHER_NAMES = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "nb": "no", "fil": "tl", "yue": "zh"}

_DETECTED_PROBABILITY = 0.5
_DETECTED_SPEECH_US = 1_000_000
_RUNNERS_UP = 3
_RUNNER_UP_PROBABILITY = 0.01


@dataclass(frozen=True)
class WindowScores:
    """Probability of each language in one window, and the length of the window's speech."""

    speech_us: int
    probabilities: Mapping[str, float]


def language_code(tag: str) -> str:
    """The ISO 639-1 code of a language tag such as `fr`, `pt-BR` or `EN_us`.

    Raises LanguageUnsupported for a language that the speech model does not know.
    """
    primary = tag.strip().replace("_", "-").split("-")[0].casefold()
    code = _OTHER_NAMES.get(primary, primary)
    if code not in LANGUAGES:
        raise LanguageUnsupported(
            f"{tag!r} is not a language that the speech model knows; send a code such as en or fr."
        )
    return code


def estimate_language(windows: Sequence[WindowScores]) -> LanguageEstimate:
    """The language of all windows together, each weighted by the length of its speech."""
    speech_us = sum(window.speech_us for window in windows)
    if speech_us == 0:
        return LanguageEstimate(LanguageVerdict.NO_SPEECH)
    ranking = _ranking(windows, speech_us)
    if not ranking:
        raise LanguageUnsupported(
            "The speech model detects no language in this video; send its code in the field `language`."
        )
    likeliest = ranking[0]
    certain = likeliest.probability >= _DETECTED_PROBABILITY and speech_us >= _DETECTED_SPEECH_US
    return LanguageEstimate(
        verdict=LanguageVerdict.DETECTED if certain else LanguageVerdict.UNCERTAIN,
        language=likeliest.language,
        probability=likeliest.probability,
        runners_up=tuple(
            score for score in ranking[1 : 1 + _RUNNERS_UP] if score.probability >= _RUNNER_UP_PROBABILITY
        ),
        windows=len(windows),
    )


def _ranking(windows: Sequence[WindowScores], speech_us: int) -> list[LanguageScore]:
    """Each language's mean probability, highest first; dialects and old codes count for their language."""
    means: dict[str, float] = {}
    for window in windows:
        for name, probability in window.probabilities.items():
            code = _OTHER_NAMES.get(name, name)
            if code in LANGUAGES:
                means[code] = means.get(code, 0.0) + probability * window.speech_us / speech_us
    scores = [LanguageScore(code, round(min(mean, 1.0), 4)) for code, mean in means.items()]
    return sorted(scores, key=lambda score: (-score.probability, score.language))
