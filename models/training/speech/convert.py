"""Converter of trained weights into the CTranslate2 directory that faster-whisper loads."""

import json
import shutil
from pathlib import Path

from ctranslate2.converters import TransformersConverter
from tokenizers import Tokenizer
from transformers import (
    GenerationConfig,
    PreTrainedTokenizerFast,
    WhisperConfig,
    WhisperForConditionalGeneration,
)

from models.training.speech import tokenizer as vocabulary
from models.training.speech.corpus import LANGUAGES
from models.training.speech.network import (
    MEL_BINS,
    SOURCE_POSITIONS,
    TARGET_POSITIONS,
    Shape,
    Whisper,
)

PREPROCESSOR = {
    "feature_size": MEL_BINS,
    "sampling_rate": 16_000,
    "hop_length": 160,
    "chunk_length": 30,
    "n_fft": 400,
}


def convert(whisper: Whisper, tokenizer_path: Path, scratch_dir: Path, model_dir: Path) -> None:
    """Writes the model, in int8, to `model_dir`; `scratch_dir` is emptied first."""
    shutil.rmtree(scratch_dir, ignore_errors=True)
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    _save_for_transformers(whisper, tokenizer, scratch_dir / "transformers")
    made = scratch_dir / "ctranslate2"
    converter = TransformersConverter(str(scratch_dir / "transformers"), low_cpu_mem_usage=False)
    converter.convert(str(made), quantization="int8")
    shutil.copy(tokenizer_path, made / "tokenizer.json")
    (made / "preprocessor_config.json").write_text(json.dumps(PREPROCESSOR, indent=2) + "\n")
    model_dir.mkdir(parents=True, exist_ok=True)
    for path in sorted(made.iterdir()):
        # Replaced atomically, so that no half-written file is loaded.
        arriving = model_dir / (path.name + ".new")
        shutil.copyfile(path, arriving)
        arriving.replace(model_dir / path.name)


def _save_for_transformers(whisper: Whisper, tokenizer: Tokenizer, target_dir: Path) -> None:
    end = tokenizer.token_to_id(vocabulary.END)
    start = tokenizer.token_to_id(vocabulary.START)
    model = WhisperForConditionalGeneration(_config(whisper.shape, start, end))
    weights = {name: tensor for name, tensor in whisper.state_dict().items() if name.startswith("model.")}
    weights["proj_out.weight"] = weights["model.decoder.embed_tokens.weight"]
    model.load_state_dict(weights)
    generation = GenerationConfig(
        bos_token_id=end,
        eos_token_id=end,
        pad_token_id=end,
        decoder_start_token_id=start,
        suppress_tokens=[],
        # At the beginning neither a lone space nor the end.
        begin_suppress_tokens=[tokenizer.token_to_id("Ġ"), end],
    )
    generation.alignment_heads = [list(head) for head in whisper.shape.aligned_heads]
    generation.lang_to_id = {
        f"<|{language}|>": tokenizer.token_to_id(f"<|{language}|>") for language in LANGUAGES
    }
    model.generation_config = generation
    model.save_pretrained(target_dir)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(target_dir)


def _config(shape: Shape, start: int, end: int) -> WhisperConfig:
    return WhisperConfig(
        vocab_size=shape.vocabulary,
        num_mel_bins=MEL_BINS,
        d_model=shape.width,
        encoder_layers=shape.encoder_layers,
        decoder_layers=shape.decoder_layers,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        encoder_ffn_dim=4 * shape.width,
        decoder_ffn_dim=4 * shape.width,
        max_source_positions=SOURCE_POSITIONS,
        max_target_positions=TARGET_POSITIONS,
        decoder_start_token_id=start,
        bos_token_id=end,
        eos_token_id=end,
        pad_token_id=end,
        suppress_tokens=[],
        begin_suppress_tokens=[],
    )
