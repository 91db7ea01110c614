"""Speech of a clip: sentences spoken by espeak-ng, with spans measured in the samples."""

import shutil
import subprocess
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
SILENCE_LEVEL = 200  # of 32,767: below it espeak-ng's lead-in and tail are silent


@dataclass(frozen=True)
class Sentence:
    """A sentence with its span, from the first audible sample to the last."""

    text: str
    start_us: int
    end_us: int

    def __post_init__(self) -> None:
        if not (self.text and 0 <= self.start_us < self.end_us):
            raise ValueError("a sentence has words and a positive span")


def _say(text: str, voice: str, words_per_minute: int, scratch_path: Path) -> tuple[Samples, int]:
    """The sentence's audible samples and their rate."""
    if shutil.which("espeak-ng") is None:
        raise FileNotFoundError("espeak-ng is not installed: a clip with speech needs it")
    command = ["espeak-ng", "-v", voice, "-s", str(words_per_minute), "-w", str(scratch_path), "--", text]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    with wave.open(str(scratch_path), "rb") as recording:
        rate_hz = recording.getframerate()
        samples = np.frombuffer(recording.readframes(recording.getnframes()), dtype=np.int16)
    audible = np.flatnonzero(np.abs(samples.astype(np.int32)) > SILENCE_LEVEL)
    if audible.size == 0:
        raise ValueError(f"espeak-ng's voice {voice} said nothing for {text!r}")
    return samples[audible[0] : audible[-1] + 1], rate_hz


def speak(
    texts: Sequence[str],
    *,
    voice: str,
    words_per_minute: int,
    lead_in_us: int,
    pause_us: int,
    duration_us: int,
    sound_path: Path,
) -> tuple[Sentence, ...]:
    """Writes a WAV of at least `duration_us` with the sentences one after another; returns their spans."""
    rate_hz = 22_050
    pieces: list[Samples] = [np.zeros(lead_in_us * rate_hz // 1_000_000, dtype=np.int16)]
    position = pieces[0].size
    sentences: list[Sentence] = []
    for text in texts:
        samples, rate_hz = _say(text, voice, words_per_minute, sound_path)
        pause = np.zeros(pause_us * rate_hz // 1_000_000, dtype=np.int16)
        start_us = position * 1_000_000 // rate_hz
        position += samples.size
        sentences.append(Sentence(text, start_us, position * 1_000_000 // rate_hz))
        pieces += [samples, pause]
        position += pause.size
    missing = duration_us * rate_hz // 1_000_000 - position
    pieces.append(np.zeros(max(0, missing), dtype=np.int16))
    with wave.open(str(sound_path), "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(rate_hz)
        recording.writeframes(np.concatenate(pieces).tobytes())
    return tuple(sentences)
