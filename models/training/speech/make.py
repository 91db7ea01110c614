"""Builds the demo speech model: vocabulary, training, conversion and evaluation."""

import argparse
import json
import shutil
import time
from pathlib import Path

from tokenizers import Tokenizer

from models.training.speech import tokenizer as vocabulary
from models.training.speech.batches import BatchMaker
from models.training.speech.convert import convert
from models.training.speech.corpus import LANGUAGES
from models.training.speech.evaluate import evaluate
from models.training.speech.network import Shape, Specials, Whisper
from models.training.speech.train import Plan, Stage, train

SEED = 7
PLAN = Plan(
    stages=(
        Stage(steps=300, lengths_s=(3.0, 4.0, 5.0), seconds=64),
        Stage(steps=300, lengths_s=(4.0, 6.0, 9.0, 12.0), seconds=72),
        Stage(steps=300, lengths_s=(4.0, 6.0, 8.0, 8.0, 10.0, 12.0, 12.0, 24.0), seconds=48),
        Stage(steps=3000, lengths_s=(4.0, 5.0, 6.0, 7.0, 8.0, 8.0, 10.0, 12.0), seconds=44),
    )
)
SMOKE_PLAN = Plan(stages=(Stage(steps=3, lengths_s=(3.0,), seconds=6),), warm_up_steps=1)


def build_network(tokenizer: Tokenizer, sounds: list[str]) -> Whisper:
    specials = Specials(
        first_timestamp=tokenizer.token_to_id(vocabulary.FIRST_TIMESTAMP),
        no_speech=tokenizer.token_to_id(vocabulary.NO_SPEECH),
        languages=tuple(tokenizer.token_to_id(f"<|{language}|>") for language in LANGUAGES),
    )
    return Whisper(Shape(vocabulary=tokenizer.get_vocab_size()), len(sounds), specials)


def make(work_dir: Path, model_dir: Path, plan: Plan, clips: int) -> dict[str, object]:
    """Builds and evaluates the model in `model_dir`; an interrupted training is resumed."""
    work_dir.mkdir(parents=True, exist_ok=True)
    tokenizer_path, sounds_path = work_dir / "tokenizer.json", work_dir / "sounds.json"
    if not sounds_path.exists():
        vocabulary.build_tokenizer(tokenizer_path, SEED)
        sounds_path.write_text(json.dumps(vocabulary.list_sounds(SEED)))
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    sounds = json.loads(sounds_path.read_text())
    whisper = build_network(tokenizer, sounds)
    train(whisper, BatchMaker(tokenizer, sounds, SEED), plan, work_dir / "checkpoint.pt")
    convert(whisper, tokenizer_path, work_dir / "converted", model_dir)
    return evaluate(model_dir, clips=clips)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work-dir", type=Path, default=Path(".data/training/speech"))
    parser.add_argument("--model-dir", type=Path, default=Path("models/demo/speech"))
    parser.add_argument("--smoke", action="store_true", help="every step in a minute; a useless model")
    given = parser.parse_args()
    started_s = time.monotonic()
    if given.smoke:
        work_dir = given.work_dir / "smoke"
        shutil.rmtree(work_dir, ignore_errors=True)
        report = make(work_dir, work_dir / "model", SMOKE_PLAN, clips=3)
    else:
        report = make(given.work_dir, given.model_dir, PLAN, clips=60)
    print(json.dumps(report, indent=2))
    print(f"{(time.monotonic() - started_s) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
