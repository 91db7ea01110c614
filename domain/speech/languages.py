"""Language codes, and the language estimate of a video from several windows of its speech."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.errors import LanguageUnsupported
from domain.speech.words import LanguageEstimate, LanguageScore, LanguageVerdict

# ISO 639-1 to ISO 639-2/T, the code of MP4 tracks, for the languages that Whisper knows.
_THREE_LETTERS: dict[str, str] = dict(
    re.findall(
        r"(\w{2}):(\w{3})",
        "af:afr am:amh ar:ara as:asm az:aze ba:bak be:bel bg:bul bn:ben bo:bod br:bre bs:bos ca:cat cs:ces "
        "cy:cym da:dan de:deu el:ell en:eng es:spa et:est eu:eus fa:fas fi:fin fo:fao fr:fra gl:glg gu:guj "
        "ha:hau he:heb hi:hin hr:hrv ht:hat hu:hun hy:hye id:ind is:isl it:ita ja:jpn jv:jav ka:kat kk:kaz "
        "km:khm kn:kan ko:kor la:lat lb:ltz ln:lin lo:lao lt:lit lv:lav mg:mlg mi:mri mk:mkd ml:mal mn:mon "
        "mr:mar ms:msa mt:mlt my:mya ne:nep nl:nld nn:nno no:nor oc:oci pa:pan pl:pol ps:pus pt:por ro:ron "
        "ru:rus sa:san sd:snd si:sin sk:slk sl:slv sn:sna so:som sq:sqi sr:srp su:sun sv:swe sw:swa ta:tam "
        "te:tel tg:tgk th:tha tk:tuk tl:tgl tr:tur tt:tat uk:ukr ur:urd uz:uzb vi:vie yi:yid yo:yor zh:zho",
    )
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


def three_letter_code(code: str) -> str:
    """The ISO 639-2/T code of an ISO 639-1 code, `und` for an unknown one."""
    return _THREE_LETTERS.get(code, "und")


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
