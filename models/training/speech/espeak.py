"""Binding of espeak-ng's library: speaks a sentence, with the times of its words and phonemes."""

import ctypes
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
_LIBRARY = "libespeak-ng.so.1"
_NATIVE_RATE = 22_050  # every espeak-ng voice
_RETRIEVAL_SYNCHRONOUS = 2
_PHONEME_EVENTS = 1
_UTF8 = 1
_CHARACTER_POSITION = 1
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_EVENT_WORD, _EVENT_PHONEME = 1, 7

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SynthesizedSpeech:
    """One sentence as sound: 16 kHz mono samples in -1..1, and times in seconds from its start.

    `word_spans_s` has one (start, end) for each space-separated word of the text;
    `phonemes` has (start, name) in espeak-ng's own names, where `_` opens a silence.
    """

    samples: Samples
    word_spans_s: tuple[tuple[float, float], ...]
    phonemes: tuple[tuple[float, str], ...]


class _Identity(ctypes.Union):
    _fields_ = [
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("string", ctypes.c_char * 8),
    ]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Identity),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Engine:
    """The library keeps one global state, so a process has one of these."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(_LIBRARY)
        rate = self._library.espeak_Initialize(_RETRIEVAL_SYNCHRONOUS, 0, None, _PHONEME_EVENTS)
        if rate != _NATIVE_RATE:
            raise RuntimeError(f"espeak-ng did not start: it answered {rate}")
        self._blocks: list[NDArray[np.int16]] = []
        self._events: list[tuple[int, int, int, str]] = []
        self._callback = _Callback(self._receive)  # the library keeps only a pointer to it
        self._library.espeak_SetSynthCallback(self._callback)

    def _receive(self, samples: Any, count: int, events: Any) -> int:
        if count > 0:
            self._blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        index = 0
        while events[index].type != 0:
            event = events[index]
            name = event.id.string.decode() if event.type == _EVENT_PHONEME else ""
            self._events.append((event.type, event.text_position - 1, event.sample, name))
            index += 1
        return 0

    def speak(
        self, text: str, voice: str, words_per_minute: int, pitch: int, pitch_range: int
    ) -> tuple[NDArray[np.int16], list[tuple[int, int, int, str]]]:
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice!r}")
        for parameter, number in (
            (_RATE, words_per_minute),
            (_VOLUME, 100),
            (_PITCH, pitch),
            (_RANGE, pitch_range),
        ):
            self._library.espeak_SetParameter(parameter, number, 0)
        self._blocks, self._events = [], []
        encoded = text.encode()
        answer = self._library.espeak_Synth(
            encoded, len(encoded) + 1, 0, _CHARACTER_POSITION, 0, _UTF8, None, None
        )
        if answer != 0 or not self._blocks:
            raise RuntimeError(f"espeak-ng could not speak {text!r}")
        return np.concatenate(self._blocks), self._events


@cache
def _engine() -> _Engine:
    return _Engine()


def speak(
    text: str,
    voice: str,
    words_per_minute: int = 150,
    pitch: int = 50,
    pitch_range: int = 50,
) -> SynthesizedSpeech:
    """Speaks `text` with an espeak-ng voice such as `fr+f3`; raises ValueError for no such voice.

    The silence that espeak-ng adds at the end is cut off.
    """
    native, events = _engine().speak(text, voice, words_per_minute, pitch, pitch_range)
    phonemes = [(sample / _NATIVE_RATE, name) for kind, _, sample, name in events if kind == _EVENT_PHONEME]
    end_s = len(native) / _NATIVE_RATE
    for start_s, name in reversed(phonemes):
        if not name.startswith("_"):
            break
        end_s = start_s
    starts_s = {}
    for kind, position, sample, _ in events:
        if kind == _EVENT_WORD:
            starts_s.setdefault(_word_index(text, position), sample / _NATIVE_RATE)
    samples = _resample(native)[: round(end_s * SAMPLE_RATE)]
    spans = _word_spans(text.split(), starts_s, phonemes, end_s)
    return SynthesizedSpeech(samples, tuple(spans), tuple(p for p in phonemes if p[0] < end_s))


def _word_index(text: str, position: int) -> int:
    return max(0, len(text[: position + 1].split()) - 1)


def _word_spans(
    words: list[str],
    starts_s: dict[int, float],
    phonemes: list[tuple[float, str]],
    end_s: float,
) -> list[tuple[float, float]]:
    """Words that espeak-ng speaks as one ("in the") share the time by their lengths."""
    known = sorted({0, *starts_s})
    spans: list[tuple[float, float]] = []
    for index, first in enumerate(known):
        last = known[index + 1] if index + 1 < len(known) else len(words)
        start_s = starts_s.get(first, 0.0)
        stop_s = starts_s.get(last, end_s)
        for phoneme_s, name in phonemes:
            if name.startswith("_") and start_s < phoneme_s < stop_s:
                stop_s = phoneme_s
        letters = sum(len(word) for word in words[first:last])
        for word in words[first:last]:
            share_s = (stop_s - start_s) * len(word) / letters
            spans.append((start_s, start_s + share_s))
            start_s += share_s
    return spans


def _resample(native: NDArray[np.int16]) -> Samples:
    """22.05 kHz to 16 kHz by cutting the spectrum: 441 samples become 320."""
    blocks = -(-len(native) // 441)
    padded = np.zeros(blocks * 441, dtype=np.float32)
    padded[: len(native)] = native / 32768.0
    spectrum = np.fft.rfft(padded)[: blocks * 320 // 2 + 1]
    shorter = np.fft.irfft(spectrum, n=blocks * 320) * (320 / 441)
    return np.clip(shorter, -1.0, 1.0).astype(np.float32)
