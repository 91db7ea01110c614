"""Evaluation of the demo speech model with the product's options, on held-out sentences."""

import argparse
import json
import random
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.transcribe import Word
from faster_whisper.vad import VadOptions, get_speech_timestamps

from models.training.speech import corpus
from models.training.speech.batches import draw_clip, silent_clip
from models.training.speech.corpus import Clip
from models.training.speech.demo_script import DEMO_SCRIPTS
from models.training.speech.espeak import SAMPLE_RATE, Samples

CLIP_S = 27.0
WHOLE_CLIPS = 6  # of the clips, so many are also transcribed in dense windows of 30 s
REGION_S = 8.0  # the longest region for which the demo model is trained


@dataclass
class Tally:
    """Raw counts over the clips of one kind."""

    clips: int = 0
    words: int = 0
    errors: int = 0
    exact_words: int = 0  # with capitals and punctuation, an edit counts here too
    exact_errors: int = 0
    languages_right: int = 0
    least_probability: float = 1.0
    onset_errors_s: list[float] = field(default_factory=list)
    word_errors_s: list[float] = field(default_factory=list)

    def report(self) -> dict[str, float | int]:
        onsets, starts = np.abs(self.onset_errors_s or [0]), np.abs(self.word_errors_s or [0])
        return {
            "clips": self.clips,
            "words": self.words,
            "errors": self.errors,
            "word_error_rate": round(self.errors / max(1, self.words), 4),
            "exact_word_error_rate": round(self.exact_errors / max(1, self.exact_words), 4),
            "languages_right": self.languages_right,
            "least_language_probability": round(self.least_probability, 3),
            "sentence_onsets": len(self.onset_errors_s),
            "sentence_onset_error_mean_s": round(float(onsets.mean()), 3),
            "sentence_onset_error_95_percent_s": round(float(np.percentile(onsets, 95)), 3),
            "word_starts": len(self.word_errors_s),
            "word_start_error_mean_s": round(float(starts.mean()), 3),
            "word_start_error_95_percent_s": round(float(np.percentile(starts, 95)), 3),
            "word_starts_beyond_0.2_s": int((starts > 0.2).sum()),
        }


@dataclass(frozen=True, slots=True)
class TranscribedWord:
    text: str
    start_s: float


def cut_regions(samples: Samples, longest_s: float) -> list[dict[str, float]]:
    """Packs speech into regions cut at pauses, as the product does; times in seconds."""
    options = VadOptions(min_silence_duration_ms=160, speech_pad_ms=200, max_speech_duration_s=longest_s)
    regions: list[dict[str, float]] = []
    for span in get_speech_timestamps(samples, options):
        start_s, end_s = span["start"] / SAMPLE_RATE, span["end"] / SAMPLE_RATE
        if regions and end_s - regions[-1]["start"] <= longest_s:
            regions[-1]["end"] = end_s
        else:
            regions.append({"start": start_s, "end": end_s})
    return regions


def transcribe(
    model: WhisperModel, samples: Samples, language: str, longest_s: float
) -> list[TranscribedWord]:
    """Transcript of the batched pipeline, with the product's options."""
    regions = cut_regions(samples, longest_s)
    if not regions:
        return []
    segments, _ = BatchedInferencePipeline(model).transcribe(
        samples,
        language=language,
        beam_size=5,
        word_timestamps=True,
        without_timestamps=True,
        condition_on_previous_text=False,
        vad_filter=False,
        clip_timestamps=regions,
        batch_size=4,
    )
    return _joined(word for segment in segments for word in segment.words or [])


def transcribe_whole(model: WhisperModel, samples: Samples, language: str) -> list[TranscribedWord]:
    """Transcript of the sequential loop in dense windows of 30 s, for comparison."""
    segments, _ = model.transcribe(
        samples,
        language=language,
        beam_size=5,
        word_timestamps=True,
        condition_on_previous_text=False,
        vad_filter=False,
    )
    return _joined(word for segment in segments for word in segment.words or [])


def _joined(pieces: Iterable[Word]) -> list[TranscribedWord]:
    """Joins words split by faster-whisper at apostrophes: a piece without a leading space continues one."""
    words: list[TranscribedWord] = []
    for piece in pieces:
        if words and not piece.word.startswith(" "):
            words[-1] = TranscribedWord(words[-1].text + piece.word, words[-1].start_s)
        else:
            words.append(TranscribedWord(piece.word.strip(), float(piece.start)))
    return words


def language_probabilities(model: WhisperModel, samples: Samples) -> dict[str, float]:
    """The whole distribution over languages for one window of up to 30 s."""
    features = pad_or_trim(model.feature_extractor(samples)[:, :3_000])
    (answers,) = model.model.detect_language(model.encode(features))
    return {token[2:-2]: probability for token, probability in answers}


def plain_words(text: str) -> list[str]:
    """Lower-case words without punctuation, for the error rate."""
    return re.findall(r"\w+", text.lower())


def align(expected: list[str], transcribed: list[str]) -> tuple[int, list[tuple[int, int]]]:
    """Minimum number of edits, and the (expected, transcribed) positions of equal words."""
    rows, columns = len(expected) + 1, len(transcribed) + 1
    cost = np.zeros((rows, columns), dtype=int)
    cost[:, 0], cost[0, :] = np.arange(rows), np.arange(columns)
    for row in range(1, rows):
        for column in range(1, columns):
            cost[row, column] = min(
                cost[row - 1, column - 1] + (expected[row - 1] != transcribed[column - 1]),
                cost[row - 1, column] + 1,
                cost[row, column - 1] + 1,
            )
    pairs, row, column = [], rows - 1, columns - 1
    while row and column:
        differs = expected[row - 1] != transcribed[column - 1]
        if cost[row, column] == cost[row - 1, column - 1] + differs:
            row, column = row - 1, column - 1
            if not differs:
                pairs.append((row, column))
        elif cost[row, column] == cost[row - 1, column] + 1:
            row -= 1
        else:
            column -= 1
    return int(cost[-1, -1]), pairs


def score(
    tally: Tally, clip: Clip, transcribed: list[TranscribedWord], probabilities: dict[str, float]
) -> None:
    expected = plain_words(clip.text)
    errors, _ = align(expected, plain_words(" ".join(word.text for word in transcribed)))
    exact_errors, pairs = align(clip.text.split(), [word.text for word in transcribed])
    tally.clips += 1
    tally.words += len(expected)
    tally.errors += errors
    tally.exact_words += len(clip.text.split())
    tally.exact_errors += exact_errors
    likeliest = max(probabilities, key=lambda language: probabilities[language])
    tally.languages_right += likeliest == clip.language
    tally.least_probability = min(tally.least_probability, probabilities[clip.language])
    starts_s = [span[0] for sentence in clip.sentences for span in sentence.word_spans_s]
    firsts, count = set(), 0
    for sentence in clip.sentences:
        firsts.add(count)
        count += len(sentence.word_spans_s)
    for place, transcribed_place in pairs:
        error_s = transcribed[transcribed_place].start_s - starts_s[place]
        tally.word_errors_s.append(error_s)
        if place in firsts:
            tally.onset_errors_s.append(error_s)


def evaluate(
    model_dir: Path,
    clips: int,
    clip_s: float = CLIP_S,
    longest_s: float = REGION_S,
    show: bool = False,
) -> dict[str, object]:
    """Evaluates on random held-out clips, on the demo scripts and on clips without speech."""
    model = WhisperModel(str(model_dir), device="cpu", compute_type="int8", cpu_threads=1)
    if not model.model.is_multilingual:
        raise RuntimeError("the model does not count as multilingual")
    rng, noise_rng = random.Random(991), np.random.default_rng(991)
    tallies = {name: Tally() for name in (*corpus.LANGUAGES, "demo", "whole")}
    began = time.process_time()
    for index in range(clips):
        language = corpus.LANGUAGES[index % len(corpus.LANGUAGES)]
        clip = draw_clip(rng, language, clip_s, held_out=True)
        samples = corpus.disturb(noise_rng, clip.samples)
        transcribed = transcribe(model, samples, language, longest_s)
        probabilities = language_probabilities(model, samples[: 30 * SAMPLE_RATE])
        score(tallies[language], clip, transcribed, probabilities)
        if index < WHOLE_CLIPS:
            score(tallies["whole"], clip, transcribe_whole(model, samples, language), probabilities)
        if show and transcribed and " ".join(word.text for word in transcribed) != clip.text:
            print("-", clip.text, "\n+", " ".join(word.text for word in transcribed))
    seconds = time.process_time() - began
    for script in DEMO_SCRIPTS:
        clip = corpus.render_sentences(
            script.language, list(script.sentences), script.voice, script.words_per_minute, script.pause_s
        )
        transcribed = transcribe(model, clip.samples, script.language, longest_s)
        score(tallies["demo"], clip, transcribed, language_probabilities(model, clip.samples[:480_000]))
        if show:
            print(script.language, " ".join(f"{word.text}@{word.start_s:.2f}" for word in transcribed))
    silences = [
        max(language_probabilities(model, silent_clip(noise_rng, "en", 10.0).samples).values())
        for _ in range(20)
    ]
    report: dict[str, object] = {name: tally.report() for name, tally in tallies.items()}
    report["silence"] = {"clips": len(silences), "highest_language_probability": round(max(silences), 3)}
    report["cpu_seconds"] = round(seconds, 1)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model-dir", type=Path, default=Path("models/demo/speech"))
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--clip-seconds", type=float, default=CLIP_S)
    parser.add_argument("--region-seconds", type=float, default=REGION_S)
    parser.add_argument("--show", action="store_true", help="print wrong transcripts")
    given = parser.parse_args()
    report = evaluate(given.model_dir, given.clips, given.clip_seconds, given.region_seconds, given.show)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
