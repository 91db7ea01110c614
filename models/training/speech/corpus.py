"""Corpus: random sentences of the grammars as clips of speech with known times."""

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from models.training.speech import grammar_en, grammar_es, grammar_fr
from models.training.speech.demo_script import DEMO_SCRIPTS
from models.training.speech.espeak import SAMPLE_RATE, Samples, SynthesizedSpeech, speak

LANGUAGES = ("en", "fr", "es")
GRAMMARS = {"en": grammar_en.GRAMMAR, "fr": grammar_fr.GRAMMAR, "es": grammar_es.GRAMMAR}
ACCENTS = {
    "en": ("en-us", "en-us", "en-us", "en", "en", "en-gb-x-rp"),
    "fr": ("fr", "fr", "fr", "fr-be"),
    "es": ("es", "es", "es-419"),
}
VARIANTS = ("", "", "+f1", "+f2", "+f3", "+f3", "+f4", "+m1", "+m2", "+m3", "+m3", "+m4", "+m7", "+Annie")
# Contractions of two words into one, as (pattern, replacement), in each language.
CONTRACTIONS = {
    "en": ((r"\ba (?=[aeiou])", "an "),),
    "fr": (
        (r"\bde le ", "du "),
        (r"\bde les ", "des "),
        (r"\b([Dd])e (?=[aeiouéèêàœ])", r"\1'"),
        (r"\b([Qq])ue (?=[aeiouéèêàAEIOU])", r"\1u'"),
    ),
    "es": ((r"\bde el ", "del "), (r"\ba el ", "al ")),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its place in a clip: times in seconds from the clip's start."""

    text: str
    start_s: float
    end_s: float
    word_spans_s: tuple[tuple[float, float], ...]
    phonemes: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Clip:
    """Speech in one language, 16 kHz mono in -1..1; without sentences it has no speech."""

    language: str
    samples: Samples
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Utterance:
    """One spoken sentence before it has a place in a clip."""

    text: str
    spoken: SynthesizedSpeech


def draw_sentence(rng: random.Random, language: str) -> str:
    """Draws one sentence with its capital and its punctuation."""
    grammar = GRAMMARS[language]

    def expand(rule: str) -> str:
        chosen = rng.choice(grammar[rule].split("|"))
        return re.sub(r"\{(\w+)\}", lambda slot: expand(slot[1]), chosen)

    text = expand("sentence")
    for pattern, replacement in CONTRACTIONS[language]:
        text = re.sub(pattern, replacement, text)
    first = 1 if text[0] == "¿" else 0
    return text[:first] + text[first].upper() + text[first + 1 :]


def demo_sentences() -> frozenset[str]:
    """The sentences of the demo scripts, which training leaves out."""
    return frozenset(text for script in DEMO_SCRIPTS for text in script.sentences)


def draw_voice(rng: random.Random, language: str) -> str:
    return rng.choice(ACCENTS[language]) + rng.choice(VARIANTS)


def speak_in_drawn_voice(rng: random.Random, language: str, texts: Iterable[str]) -> Iterator[Utterance]:
    """Speaks sentences lazily with one random voice, speed and pitch."""
    voice = draw_voice(rng, language)
    words_per_minute = rng.randint(130, 170)
    pitch, pitch_range = rng.randint(35, 65), rng.randint(35, 65)
    for text in texts:
        yield Utterance(text, speak(text, voice, words_per_minute, pitch, pitch_range))


def place_in_clip(language: str, utterances: list[Utterance], pauses_s: list[float], tail_s: float) -> Clip:
    """Lays sentences out, each after its pause, with `tail_s` of silence at the end."""
    pieces: list[Samples] = []
    sentences: list[Sentence] = []
    at = 0
    for utterance, pause_s in zip(utterances, pauses_s, strict=True):
        silence = np.zeros(round(pause_s * SAMPLE_RATE), dtype=np.float32)
        at += len(silence)
        start_s = at / SAMPLE_RATE
        spoken = utterance.spoken
        at += len(spoken.samples)
        pieces += [silence, spoken.samples]
        spans = tuple((start_s + first, start_s + last) for first, last in spoken.word_spans_s)
        sounds = tuple((start_s + first, name) for first, name in spoken.phonemes)
        sentences.append(Sentence(utterance.text, start_s, at / SAMPLE_RATE, spans, sounds))
    pieces.append(np.zeros(round(tail_s * SAMPLE_RATE), dtype=np.float32))
    return Clip(language, np.concatenate(pieces), tuple(sentences))


def render_sentences(
    language: str,
    sentences: list[str],
    voice: str,
    words_per_minute: int = 145,
    pause_s: float = 0.9,
    lead_s: float = 0.5,
) -> Clip:
    """Speaks given sentences in a given voice, `pause_s` apart, and returns the span of each.

    The same arguments give the same samples.
    """
    utterances = [Utterance(text, speak(text, voice, words_per_minute)) for text in sentences]
    pauses_s = [lead_s] + [pause_s] * (len(utterances) - 1)
    return place_in_clip(language, utterances, pauses_s, tail_s=lead_s)


def disturb(rng: np.random.Generator, samples: Samples) -> Samples:
    """Changes loudness and tone and adds a faint noise, as in a recording."""
    disturbed = samples
    if rng.random() < 0.4:
        disturbed = _tilt(rng, disturbed)
    disturbed = disturbed * np.float32(10 ** rng.uniform(-0.8, 0.1))
    if rng.random() < 0.6:
        disturbed = disturbed + noise(rng, len(samples), 10 ** rng.uniform(-4.5, -2.8))
    return np.clip(disturbed, -1.0, 1.0).astype(np.float32)


def noise(rng: np.random.Generator, count: int, level: float) -> Samples:
    """Noise of a random colour, between white and brown; `level` is its root mean square."""
    size = _quick_size(count)
    spectrum = np.fft.rfft(rng.standard_normal(size, dtype=np.float32))
    frequencies = np.arange(len(spectrum)) + 20.0
    coloured = np.fft.irfft(spectrum * frequencies ** -rng.uniform(0.0, 1.0), n=size)[:count]
    return (coloured * (level / (coloured.std() + 1e-9))).astype(np.float32)


def _tilt(rng: np.random.Generator, samples: Samples) -> Samples:
    """A slow random curve over the spectrum, within 8 dB, and now and then no treble."""
    size = _quick_size(len(samples))
    spectrum = np.fft.rfft(samples, n=size)
    places = np.linspace(0, len(spectrum) - 1, 6)
    decibels = np.interp(np.arange(len(spectrum)), places, rng.uniform(-8, 8, size=6))
    if rng.random() < 0.3:
        decibels[int(len(spectrum) * rng.uniform(0.5, 0.9)) :] -= 30
    tilted = np.fft.irfft(spectrum * 10 ** (decibels / 20), n=size)
    return tilted[: len(samples)].astype(np.float32)


def _quick_size(count: int) -> int:
    """The next power of two: a Fourier transform of a prime length is many times as slow."""
    return 1 << max(8, (count - 1).bit_length())
