"""Training batches: randomly drawn clips with their features, tokens and known alignment."""

import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from faster_whisper.feature_extractor import FeatureExtractor
from tokenizers import Tokenizer
from torch import Tensor

from models.training.speech import corpus
from models.training.speech import tokenizer as vocabulary
from models.training.speech.corpus import Clip, Sentence, Utterance
from models.training.speech.espeak import SAMPLE_RATE, Samples

POSITIONS_PER_S = 50
FAR_POSITIONS = 12
IGNORED = -100
TIMESTAMP_STEP = 5  # sentence times are taught to 0.1 s, a timestamp token is 0.02 s
LONGEST_TEXT = 90
NO_SPEECH_SHARE = 0.06
PLAIN_SHARE = 0.4  # targets without timestamps, which word alignment reads


@dataclass(frozen=True, slots=True)
class Batch:
    """`features` (batch, 80, frames); `far` as in the encoder; `tokens` in, `targets` out;

    `sounds` (batch, positions); `spans` (batch, tokens, 2): the positions that sound while a
    target is spoken, both -1 where there are none; `silent` marks clips without speech.
    """

    features: Tensor
    far: Tensor
    tokens: Tensor
    targets: Tensor
    sounds: Tensor
    spans: Tensor
    silent: Tensor


def is_held_out(text: str) -> bool:
    """True for a tenth of all sentences, chosen by a hash, which is held out from training."""
    return zlib.crc32(text.encode()) % 10 == 0 or text in corpus.demo_sentences()


def draw_texts(rng: random.Random, language: str, held_out: bool) -> Iterator[str]:
    """Endless random sentences, either all held out or none."""
    while True:
        text = corpus.draw_sentence(rng, language)
        if is_held_out(text) == held_out and len(text) <= LONGEST_TEXT:
            yield text


def draw_clip(rng: random.Random, language: str, longest_s: float, held_out: bool = False) -> Clip:
    """Draws sentences of one voice with pauses until the clip is full or long enough."""
    enough_s = rng.uniform(0.3, 1.0) * longest_s
    texts = draw_texts(rng, language, held_out)
    at_s, misses = 0.0, 0
    kept: list[Utterance] = []
    pauses_s: list[float] = []
    for utterance in corpus.speak_in_drawn_voice(rng, language, texts):
        pause_s = rng.choice([rng.uniform(0.0, 0.4), rng.uniform(0.2, 1.2)])
        end_s = at_s + pause_s + len(utterance.spoken.samples) / SAMPLE_RATE
        if end_s > longest_s - 0.05:
            misses += 1
            if (kept and misses > 1) or misses > 10:
                break
            continue
        kept.append(utterance)
        pauses_s.append(pause_s)
        at_s = end_s
        if at_s > enough_s:
            break
    tail_s = min(longest_s - at_s, rng.uniform(0.0, 0.8))
    if not kept:
        return Clip(language, np.zeros(int(longest_s * SAMPLE_RATE), dtype=np.float32), ())
    return corpus.place_in_clip(language, kept, pauses_s, tail_s)


def silent_clip(rng: np.random.Generator, language: str, longest_s: float) -> Clip:
    """Near silence, noise or a hum."""
    count = int(rng.uniform(0.3, 1.0) * longest_s * SAMPLE_RATE)
    samples = corpus.noise(rng, count, 10 ** rng.uniform(-5.0, -1.0))
    if rng.random() < 0.3:
        times = np.arange(count) / SAMPLE_RATE
        samples = samples + 0.1 * np.sin(2 * np.pi * rng.uniform(50, 2000) * times)
    return Clip(language, (samples * rng.choice([0.0, 1.0, 1.0])).astype(np.float32), ())


class BatchMaker:
    """Draws batches; the same seed and step draw the same one."""

    def __init__(self, tokenizer: Tokenizer, sounds: list[str], seed: int) -> None:
        self._tokenizer = tokenizer
        self._sound_ids = {name: index for index, name in enumerate(sounds)}
        self._seed = seed
        self._rng = random.Random(seed)
        self._noise_rng = np.random.default_rng(seed)
        self._extract = FeatureExtractor()
        self._first_timestamp = tokenizer.token_to_id(vocabulary.FIRST_TIMESTAMP)
        self._end = tokenizer.token_to_id(vocabulary.END)

    def draw(self, step: int, longest_s: float, size: int) -> Batch:
        self._rng = random.Random(self._seed * 1_000_003 + step)
        self._noise_rng = np.random.default_rng((self._seed, step))
        clips = []
        for _ in range(size):
            language = self._rng.choice(corpus.LANGUAGES)
            if self._rng.random() < NO_SPEECH_SHARE:
                clips.append(silent_clip(self._noise_rng, language, longest_s))
            else:
                clips.append(draw_clip(self._rng, language, longest_s))
        features = [self._features(clip.samples) for clip in clips]
        # With 8 frames the last convolution windows contain only padding.
        frames = max(feature.shape[1] for feature in features) + 8
        frames = min(3_000, frames + frames % 2)
        near = frames // 2
        far_from = torch.linspace(near, 1_500, FAR_POSITIONS + 1)[:-1]
        far = (far_from + self._rng.random() * (1_500 - near) / FAR_POSITIONS).long().clamp(max=1_499)
        rows = [self._targets(clip) for clip in clips]
        length = max(len(tokens) for tokens, _ in rows) - 1
        batch = Batch(
            features=torch.zeros(size, 80, frames),
            far=far if near < 1_500 else far[:0],
            tokens=torch.full((size, length), self._end),
            targets=torch.full((size, length), IGNORED),
            sounds=torch.zeros(size, near, dtype=torch.long),
            spans=torch.full((size, length, 2), -1, dtype=torch.long),
            silent=torch.tensor([not clip.sentences for clip in clips]),
        )
        for row, (clip, feature, (tokens, spans)) in enumerate(zip(clips, features, rows, strict=True)):
            batch.features[row, :, : feature.shape[1]] = torch.from_numpy(feature)
            ids = torch.tensor(tokens)
            batch.tokens[row, : len(ids) - 1] = ids[:-1]
            batch.targets[row, : len(ids) - 1] = ids[1:]
            # The prompt is given, not predicted, but for the language after the start token.
            batch.targets[row, 1] = IGNORED
            if batch.tokens[row, 3] == self._tokenizer.token_to_id(vocabulary.NO_TIMESTAMPS):
                batch.targets[row, 2] = IGNORED
            if not clip.sentences:
                batch.targets[row, 0] = IGNORED
            batch.spans[row, : len(ids) - 1] = torch.tensor(spans[1:])
            self._mark_sounds(batch.sounds[row], clip)
        return batch

    def _features(self, samples: Samples) -> np.ndarray:
        disturbed = corpus.disturb(self._noise_rng, samples)
        return self._extract(disturbed)[:, :3_000].astype(np.float32)

    def _mark_sounds(self, sounds: Tensor, clip: Clip) -> None:
        for sentence in clip.sentences:
            ends_s = [start_s for start_s, _ in sentence.phonemes[1:]] + [sentence.end_s]
            for (start_s, name), end_s in zip(sentence.phonemes, ends_s, strict=True):
                sound = self._sound_ids.get(f"{clip.language}:{name}", 0)
                sounds[round(start_s * POSITIONS_PER_S) : round(end_s * POSITIONS_PER_S)] = sound

    def _targets(self, clip: Clip) -> tuple[list[int], list[tuple[int, int]]]:
        """Whisper's target for a clip, and the span of positions that belongs to each token."""
        timed = self._rng.random() > PLAIN_SHARE
        prompt = [vocabulary.START, f"<|{clip.language}|>", vocabulary.TRANSCRIBE]
        if not timed:
            prompt.append(vocabulary.NO_TIMESTAMPS)
        tokens = [self._tokenizer.token_to_id(name) for name in prompt]
        spans = [(-1, -1)] * len(tokens)
        if timed and not clip.sentences:
            tokens.append(self._first_timestamp)
            spans.append((-1, -1))
        for index, sentence in enumerate(clip.sentences):
            following = clip.sentences[index + 1 : index + 2]
            after_s = following[0].start_s if following else sentence.end_s + 0.3
            if timed:
                tokens.append(self._timestamp(sentence.start_s))
                spans.append(_span(sentence.start_s - 0.06, sentence.start_s + 0.1))
            for token, span in self._words(sentence, after_s):
                tokens.append(token)
                spans.append(span)
            if timed:
                tokens.append(self._timestamp(sentence.end_s))
                spans.append(_span(sentence.end_s - 0.1, sentence.end_s + 0.1))
        tokens.append(self._end)
        ended_s = clip.sentences[-1].end_s if clip.sentences else -1.0
        spans.append(_span(ended_s + 0.1, ended_s + 0.6) if clip.sentences else (-1, -1))
        return tokens, spans

    def _timestamp(self, time_s: float) -> int:
        steps = round(time_s * POSITIONS_PER_S / TIMESTAMP_STEP) * TIMESTAMP_STEP
        return self._first_timestamp + min(steps, 1_500)

    def _words(self, sentence: Sentence, after_s: float) -> list[tuple[int, tuple[int, int]]]:
        """Each piece with its share of its word's time; a mark has the silence after the word."""
        spoken: list[tuple[int, tuple[int, int]]] = []
        starts_s = [start_s for start_s, _ in sentence.word_spans_s[1:]] + [after_s]
        words = sentence.text.split()
        for word, (start_s, end_s), next_s in zip(words, sentence.word_spans_s, starts_s, strict=True):
            letters = word.rstrip(".,?")
            pieces = self._tokenizer.encode(" " + letters, add_special_tokens=False).ids
            step_s = (end_s - start_s) / len(pieces)
            for index, piece in enumerate(pieces):
                first_s = start_s + index * step_s
                spoken.append((piece, _span(first_s, first_s + step_s)))
            for mark in word[len(letters) :]:
                (piece,) = self._tokenizer.encode(mark, add_special_tokens=False).ids
                spoken.append((piece, _span(end_s, max(next_s, end_s + 0.06))))
        return spoken


def _span(start_s: float, end_s: float) -> tuple[int, int]:
    first = max(0, round(start_s * POSITIONS_PER_S))
    return min(first, 1_497), max(first + 2, min(1_499, round(end_s * POSITIONS_PER_S)))
