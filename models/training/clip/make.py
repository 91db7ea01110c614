"""Generator of clips whose speech and animals are known to the microsecond: the shipped three, or others."""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

from models.training.clip.scene import Appearance, clip_arguments, paint_animal, paint_landscape
from models.training.clip.voice import Sentence, speak
from models.training.speech.demo_script import DEMO_SCRIPTS

CLIPS = Path(__file__).resolve().parents[2] / "demo" / "clip"


@dataclass(frozen=True)
class Speech:
    """Sentences and the espeak-ng voice that speaks them; `language` is the expected detection."""

    language: str
    voice: str
    texts: tuple[str, ...]
    words_per_minute: int = 150
    lead_in_us: int = 500_000
    pause_us: int = 600_000


@dataclass(frozen=True)
class Answers:
    """Expected results of a clip."""

    language: str | None
    width: int
    height: int
    frame_rate: Fraction
    duration_us: int
    animals: tuple[Appearance, ...]
    sentences: tuple[Sentence, ...]

    def as_json(self) -> str:
        fields = asdict(self)
        fields["frame_rate"] = f"{self.frame_rate.numerator}/{self.frame_rate.denominator}"
        fields["animals"] = [
            {"animal": seen.animal, "start_us": seen.start_us, "end_us": seen.end_us} for seen in self.animals
        ]
        return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"


def make_clip(
    path: Path,
    *,
    speech: Speech | None,
    animals: Sequence[Appearance],
    size: tuple[int, int] = (640, 360),
    frame_rate: Fraction = Fraction(25),
    duration_us: int = 8_000_000,
    crf: int = 28,
) -> Answers:
    """Writes the clip at `path` (H.264 and AAC in MP4) and its answers beside it as `.json`.

    The clip has exactly `duration_us`; speech that does not fit is refused. Without speech it has no sound.
    Needs ffmpeg, the colour emoji font, and espeak-ng where there is speech.
    """
    width, height = size
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        scratch_path = Path(folder)
        sentences: tuple[Sentence, ...] = ()
        sound_path: Path | None = None
        if speech is not None:
            sound_path = scratch_path / "speech.wav"
            sentences = speak(
                speech.texts,
                voice=speech.voice,
                words_per_minute=speech.words_per_minute,
                lead_in_us=speech.lead_in_us,
                pause_us=speech.pause_us,
                duration_us=duration_us,
                sound_path=sound_path,
            )
        ends_us = [seen.end_us for seen in animals] + [said.end_us for said in sentences]
        if ends_us and max(ends_us) > duration_us:
            raise ValueError(
                f"the clip's content lasts {max(ends_us)} us, longer than the clip's {duration_us} us"
            )
        landscape_path = scratch_path / "landscape.png"
        paint_landscape(width, height, landscape_path)
        animal_paths = [scratch_path / f"animal-{place}.png" for place in range(len(animals))]
        for appearance, animal_path in zip(animals, animal_paths, strict=True):
            paint_animal(appearance, width, height, animal_path)
        command = clip_arguments(
            landscape_path,
            animal_paths,
            animals,
            sound_path,
            frame_rate=frame_rate,
            duration_us=duration_us,
            crf=crf,
            destination=path,
        )
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    language = speech.language if speech is not None else None
    answers = Answers(language, width, height, frame_rate, duration_us, tuple(animals), sentences)
    path.with_suffix(".json").write_text(answers.as_json(), encoding="utf-8")
    return answers


def demo_speech(language: str, places: Sequence[int]) -> Speech:
    """Chosen sentences of the script that the demo speech model understands."""
    script = next(script for script in DEMO_SCRIPTS if script.language == language)
    return Speech(
        language=language,
        voice=script.voice,
        texts=tuple(script.sentences[place] for place in places),
        words_per_minute=script.words_per_minute,
        pause_us=round(script.pause_s * 1_000_000),
    )


def make_shipped_clips(folder: Path) -> None:
    """The repository's three clips: the French demo, larger than any rendition, and two small ones."""
    make_clip(
        folder / "demo.mp4",
        speech=demo_speech("fr", (0, 1, 2, 3, 6)),
        animals=(
            Appearance("cat", 2_000_000, 10_000_000, leftward=True),
            Appearance("dog", 8_000_000, 17_000_000, leftward=True),
        ),
        size=(2560, 1440),  # so that the downscale to 1080 lines has real work
        duration_us=20_000_000,
    )
    make_clip(
        folder / "english-dog.mp4",
        speech=demo_speech("en", (0, 3)),
        animals=(Appearance("dog", 1_000_000, 7_000_000),),
    )
    make_clip(
        folder / "spanish-horse.mp4",
        speech=demo_speech("es", (0, 5)),
        animals=(Appearance("horse", 1_000_000, 7_000_000, leftward=True),),
    )


def _appearance(argument: str) -> Appearance:
    """`dog:1.5-6` is a dog from 1.5 s until 6 s."""
    animal, _, span = argument.partition(":")
    start_s, _, end_s = span.partition("-")
    return Appearance(animal, int(Fraction(start_s) * 1_000_000), int(Fraction(end_s) * 1_000_000))


def _size(argument: str) -> tuple[int, int]:
    width, _, height = argument.partition("x")
    return int(width), int(height)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, help="one clip of your own; else the shipped ones are made")
    languages = [script.language for script in DEMO_SCRIPTS]
    parser.add_argument("--language", choices=languages, help="without it there is no sound")
    parser.add_argument("--sentences", type=int, nargs="*", default=[0, 2], help="places in the demo script")
    parser.add_argument("--animal", type=_appearance, action="append", default=[], help="dog:1.5-6")
    parser.add_argument("--size", type=_size, default=(640, 360), help="640x360")
    parser.add_argument("--fps", type=Fraction, default=Fraction(25), help="30000/1001")
    parser.add_argument("--duration", type=Fraction, default=Fraction(8), help="seconds")
    options = parser.parse_args()
    if options.output is None:
        make_shipped_clips(CLIPS)
        return
    make_clip(
        options.output,
        speech=demo_speech(options.language, options.sentences) if options.language else None,
        animals=options.animal,
        size=options.size,
        frame_rate=options.fps,
        duration_us=int(options.duration * 1_000_000),
    )


if __name__ == "__main__":
    main()
