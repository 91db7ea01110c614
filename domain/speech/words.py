"""Transcript: words with their times, spans of speech, and the language estimate."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Word:
    """One spoken word with its punctuation, without surrounding spaces. `probability` is 0 to 1."""

    text: str
    start_us: int
    end_us: int
    probability: float = 1.0

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a word needs letters")
        if not 0 <= self.start_us <= self.end_us:
            raise ValueError(f"a word can't last from {self.start_us} to {self.end_us} us")


@dataclass(frozen=True)
class SpeechSpan:
    """A stretch of the sound that contains speech."""

    start_us: int
    end_us: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_us < self.end_us:
            raise ValueError(f"speech can't last from {self.start_us} to {self.end_us} us")

    @property
    def duration_us(self) -> int:
        return self.end_us - self.start_us


class LanguageVerdict(StrEnum):
    """Source and certainty of a language estimate."""

    DETECTED = "detected"
    UNCERTAIN = "uncertain"
    NO_SPEECH = "no_speech"
    NO_AUDIO = "no_audio"
    GIVEN = "given"


@dataclass(frozen=True)
class LanguageScore:
    """A language (ISO 639-1) and how likely it is, 0 to 1."""

    language: str
    probability: float


@dataclass(frozen=True)
class LanguageEstimate:
    """The language of a video; `language` is None exactly when there is no speech.

    An `uncertain` estimate has the most probable language. `runners_up` are the next ones in order.
    """

    verdict: LanguageVerdict
    language: str | None = None
    probability: float = 0.0
    runners_up: tuple[LanguageScore, ...] = ()
    windows: int = 0

    def __post_init__(self) -> None:
        silent = self.verdict in (LanguageVerdict.NO_SPEECH, LanguageVerdict.NO_AUDIO)
        if silent != (self.language is None):
            raise ValueError(f"{self.verdict} does not go with language {self.language}")
