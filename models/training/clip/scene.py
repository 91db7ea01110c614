"""Picture of a clip: a landscape with walking animals, as one FFmpeg command."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from PIL import Image, ImageDraw

from models.training.animals.glyphs import ANIMAL_GLYPHS, draw_glyph

SKY, GROUND = (186, 220, 240), (150, 190, 120)
# Glyph, left edge as a share of the width, height as a share of the height.
SCENERY = (("🌳", 0.02, 0.30), ("🏠", 0.80, 0.26), ("🚗", 0.48, 0.14))


@dataclass(frozen=True)
class Appearance:
    """An animal walks over the scene from `start_us` until before `end_us`."""

    animal: str
    start_us: int
    end_us: int
    glyph: int = 0  # its place among the animal's glyphs
    leftward: bool = False

    def __post_init__(self) -> None:
        if self.animal not in ANIMAL_GLYPHS:
            raise ValueError(f"{self.animal} is none of {', '.join(ANIMAL_GLYPHS)}")
        if not 0 <= self.start_us < self.end_us:
            raise ValueError("an appearance has a positive span")
        if not 0 <= self.glyph < len(ANIMAL_GLYPHS[self.animal]):
            raise ValueError(f"{self.animal} has no glyph {self.glyph}")


def paint_landscape(width: int, height: int, path: Path) -> None:
    landscape = Image.new("RGB", (width, height), SKY)
    horizon = height * 11 // 20
    ImageDraw.Draw(landscape).rectangle((0, horizon, width, height), fill=GROUND)
    for character, left, tall in SCENERY:
        glyph = draw_glyph(character)
        scale = tall * height / glyph.height
        size = (round(glyph.width * scale), round(glyph.height * scale))
        glyph = glyph.resize(size, Image.Resampling.BICUBIC)
        landscape.paste(glyph, (round(left * width), horizon + height // 40 - glyph.height), glyph)
    landscape.save(path)


def paint_animal(appearance: Appearance, width: int, height: int, path: Path) -> None:
    """The animal on a transparent picture, sized for a frame of `width` by `height`, facing its direction."""
    glyph = draw_glyph(ANIMAL_GLYPHS[appearance.animal][appearance.glyph])
    scale = 0.4 * min(width, height) / max(glyph.size)
    glyph = glyph.resize((round(glyph.width * scale), round(glyph.height * scale)), Image.Resampling.BICUBIC)
    if not appearance.leftward:  # the font's animals face left
        glyph = glyph.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    glyph.save(path)


def _seconds(time_us: int) -> str:
    return f"{time_us // 1_000_000}.{time_us % 1_000_000:06d}"


def _walk(appearance: Appearance) -> str:
    """The overlay filter's options: across the frame, with a hop a second, only within the span."""
    start, end = _seconds(appearance.start_us), _seconds(appearance.end_us)
    gone = f"(t-{start})/({end}-{start})"
    along = f"(1-{gone})" if appearance.leftward else gone
    return (
        f"x='(W-w)*(0.08+0.84*{along})':y='H*0.92-h-H*0.05*abs(sin(PI*t))'"
        f":enable='gte(t,{start})*lt(t,{end})'"
    )


def clip_arguments(
    landscape_path: Path,
    animal_paths: Sequence[Path],
    appearances: Sequence[Appearance],
    sound_path: Path | None,
    *,
    frame_rate: Fraction,
    duration_us: int,
    crf: int,
    destination: Path,
) -> list[str]:
    """FFmpeg's argument list for the whole clip: H.264 and AAC in MP4, a key frame every two seconds."""
    arguments = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
    rate = f"{frame_rate.numerator}/{frame_rate.denominator}"
    for still in (landscape_path, *animal_paths):
        arguments += ["-loop", "1", "-framerate", rate, "-i", str(still)]
    if sound_path is not None:
        arguments += ["-i", str(sound_path)]
    steps = [
        f"[{'0' if place == 0 else f'v{place}'}][{place + 1}]overlay={_walk(appearance)}[v{place + 1}]"
        for place, appearance in enumerate(appearances)
    ]
    steps.append(f"[{f'v{len(appearances)}' if appearances else '0'}]format=yuv420p[picture]")
    arguments += ["-filter_complex", ";".join(steps), "-map", "[picture]"]
    if sound_path is not None:
        arguments += ["-map", f"{len(animal_paths) + 1}:a", "-c:a", "aac", "-b:a", "48k", "-ar", "44100"]
    arguments += ["-c:v", "libx264", "-preset", "slow", "-crf", str(crf), "-g", str(round(2 * frame_rate))]
    arguments += ["-threads", "1", "-bitexact", "-map_metadata", "-1"]  # the same bytes every time
    arguments += ["-t", _seconds(duration_us), "-movflags", "+faststart", str(destination)]
    return arguments
