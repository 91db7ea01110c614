"""Whisper model of tiny's dimensions with random weights: random words at the speed of a real model.

The weights are chosen so that decoding takes its usual course: one word a token, high confidence (no
second tries), and an end after as many tokens as half a minute of quick speech has.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import WhisperSpec

LAYERS, HEADS, WIDTH = 4, 6, 384
MEL_BINS, SOURCE_POSITIONS, TARGET_POSITIONS = 80, 1_500, 448
TEXT_TOKENS, VOCABULARY = 50_257, 51_865
TOKENS_A_WINDOW = 100

# A token's score has this spread times the root of the width, about 30: high confidence.
_EMBEDDING_SPREAD = 1.5
_NEVER = -1_000.0


def make(folder: Path, demo_speech: Path) -> Path:
    """Write the model into `folder`; its words are the demo model's pieces, then made-up ones."""
    folder.mkdir(parents=True)
    tokenizer = _tokenizer(json.loads((demo_speech / "tokenizer.json").read_text()))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    (folder / "preprocessor_config.json").write_text((demo_speech / "preprocessor_config.json").read_text())
    words = sorted(tokenizer["model"]["vocab"], key=tokenizer["model"]["vocab"].__getitem__)
    tokens = [*words, *(added["content"] for added in tokenizer["added_tokens"])]
    spec = _spec(tokens)
    spec.register_vocabulary(tokens)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    return folder


def _tokenizer(demo: dict[str, Any]) -> dict[str, Any]:
    """Tokenizer with as many entries as tiny's; special tokens follow the text in Whisper's order."""
    vocabulary = {
        text: number for text, number in demo["model"]["vocab"].items() if not text.startswith("<|")
    }
    while (number := len(vocabulary)) < TEXT_TOKENS:
        # Mixed letters: Whisper decodes a text that compresses well again, as a likely fault.
        vocabulary[f"Ġ{number * 2_654_435_761 % 2**32:x}"] = number
    marks = [added["content"] for added in sorted(demo["added_tokens"], key=lambda added: added["id"])]
    first_language = marks.index("<|startoftranscript|>") + 1
    missing = VOCABULARY - TEXT_TOKENS - len(marks)
    marks[first_language + 3 : first_language + 3] = [f"<|x{number}|>" for number in range(missing)]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    added = [{"id": TEXT_TOKENS + place, "content": mark, **flags} for place, mark in enumerate(marks)]
    return demo | {"model": demo["model"] | {"vocab": vocabulary}, "added_tokens": added}


def _spec(tokens: list[str]) -> WhisperSpec:
    rng = np.random.default_rng(7)

    def drawn(*shape: int, spread: float = 0.05) -> np.ndarray[Any, Any]:
        return rng.normal(0.0, spread, shape).astype(np.float32)

    spec = WhisperSpec(LAYERS, HEADS, LAYERS, HEADS)
    _fill(spec.encoder, drawn)
    _fill(spec.decoder, drawn)
    spec.encoder.conv1.weight, spec.encoder.conv1.bias = drawn(WIDTH, MEL_BINS, 3), drawn(WIDTH)
    spec.encoder.conv2.weight, spec.encoder.conv2.bias = drawn(WIDTH, WIDTH, 3), drawn(WIDTH)
    spec.encoder.position_encodings.encodings = drawn(SOURCE_POSITIONS, WIDTH)

    embeddings = drawn(VOCABULARY, WIDTH, spread=_EMBEDDING_SPREAD)
    # With one matrix for both, as in Whisper, a word would predict itself again and again.
    projection = drawn(VOCABULARY, WIDTH, spread=_EMBEDDING_SPREAD)
    end = tokens.index("<|endoftext|>")
    projection[end] = embeddings[end]
    places = drawn(TARGET_POSITIONS, WIDTH, spread=_EMBEDDING_SPREAD)
    places[TOKENS_A_WINDOW:] += 30 * embeddings[end]
    # Only words and the end token are ever produced, no other special token.
    bias = np.where(np.arange(VOCABULARY) > end, np.float32(_NEVER), np.float32(0.0))
    spec.decoder.embeddings.weight = embeddings
    spec.decoder.position_encodings.encodings = places
    spec.decoder.projection.weight = projection
    spec.decoder.projection.bias = bias.astype(np.float32)
    spec.config.suppress_ids_begin = [end]
    spec.config.lang_ids = [tokens.index(f"<|{code}|>") for code in ("en", "fr", "es")]
    spec.config.alignment_heads = [[LAYERS - 1, head] for head in range(HEADS)]
    return spec


def _fill(part: Any, drawn: Any) -> None:
    """Random layers in the shapes that Whisper has."""
    part.layer_norm.gamma = np.ones(WIDTH, dtype=np.float32)
    part.layer_norm.beta = np.zeros(WIDTH, dtype=np.float32)
    for layer in part.layer:
        blocks = [layer.self_attention, *([layer.attention] if hasattr(layer, "attention") else [])]
        for block in blocks:
            # Keys, queries and values of one input are one matrix; those of two inputs are not.
            sizes = (3, 1) if block is layer.self_attention else (1, 2, 1)
            for linear, size in zip(block.linear, sizes, strict=True):
                linear.weight, linear.bias = drawn(size * WIDTH, WIDTH), drawn(size * WIDTH)
        layer.ffn.linear_0.weight, layer.ffn.linear_0.bias = drawn(4 * WIDTH, WIDTH), drawn(4 * WIDTH)
        layer.ffn.linear_1.weight, layer.ffn.linear_1.bias = drawn(WIDTH, 4 * WIDTH), drawn(WIDTH)
        for block in (*blocks, layer.ffn):
            block.layer_norm.gamma = np.ones(WIDTH, dtype=np.float32)
            block.layer_norm.beta = np.zeros(WIDTH, dtype=np.float32)
