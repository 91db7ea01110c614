"""Vocabulary: byte-level pieces of the grammars' words, followed by Whisper's special tokens."""

import json
import random
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from models.training.speech.corpus import LANGUAGES, draw_sentence, speak_in_drawn_voice

TEXT_PIECES = 1_100
TIMESTAMPS = 1_501
END = "<|endoftext|>"
START = "<|startoftranscript|>"
TRANSCRIBE = "<|transcribe|>"
NO_SPEECH = "<|nospeech|>"
NO_TIMESTAMPS = "<|notimestamps|>"
FIRST_TIMESTAMP = "<|0.00|>"
# CTranslate2 and faster-whisper derive an id's meaning from this order.
SPECIALS = (
    END,
    START,
    *(f"<|{language}|>" for language in LANGUAGES),
    "<|translate|>",
    TRANSCRIBE,
    "<|startoflm|>",
    "<|startofprev|>",
    NO_SPEECH,
    NO_TIMESTAMPS,
    *(f"<|{index * 0.02:.2f}|>" for index in range(TIMESTAMPS)),
)


def build_tokenizer(path: Path, seed: int, sentences: int = 8_000) -> Tokenizer:
    """Learns the pieces from drawn sentences and writes `tokenizer.json` to `path`."""
    rng = random.Random(seed)
    lines = [" " + draw_sentence(rng, language) for language in LANGUAGES for _ in range(sentences)]
    # faster-whisper never outputs a bare space, and suppresses the first piece of " -" and of " '":
    # so these, and a space with any first letter, must each be one piece.
    openings = sorted({word[0] for line in lines for word in line.split()} | {"-", "'"})
    lines += [f" {opening}" for opening in openings] * sentences
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=TEXT_PIECES,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    # CTranslate2 takes a model as multilingual only if the empty string is in the vocabulary.
    tokenizer = _with_empty_piece(tokenizer)
    tokenizer.add_special_tokens([AddedToken(name, normalized=False, special=True) for name in SPECIALS])
    first = tokenizer.token_to_id(END)
    if [tokenizer.token_to_id(name) for name in SPECIALS] != [
        first + index for index in range(len(SPECIALS))
    ]:
        raise RuntimeError("the special tokens are not contiguous at the end of the vocabulary")
    tokenizer.save(str(path))
    return tokenizer


def _with_empty_piece(tokenizer: Tokenizer) -> Tokenizer:
    """Adds the empty string as the last text piece, which `add_tokens` refuses to do."""
    state = json.loads(tokenizer.to_str())
    vocabulary = state["model"]["vocab"]
    vocabulary[""] = len(vocabulary)
    rebuilt: Tokenizer = Tokenizer.from_str(json.dumps(state))
    return rebuilt


def list_sounds(seed: int, sentences: int = 600) -> list[str]:
    """Lists the phonemes of the voices, as `language:name`; the first one is silence."""
    rng = random.Random(seed)
    sounds: set[str] = set()
    for language in LANGUAGES:
        for _ in range(sentences):
            (utterance,) = speak_in_drawn_voice(rng, language, [draw_sentence(rng, language)])
            sounds |= {f"{language}:{name}" for _, name in utterance.spoken.phonemes}
    return ["_", *sorted(sound for sound in sounds if not sound.split(":", 1)[1].startswith("_"))]
