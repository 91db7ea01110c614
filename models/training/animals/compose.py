"""Composer of labelled pictures: animals and other glyphs on a painted scene, degraded as video is."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from models.training.animals.backgrounds import colour, paint_background
from models.training.animals.glyphs import ANIMAL_GLYPHS, ANIMALS, DISTRACTOR_GLYPHS, FONT_PATH, draw_glyph

MAX_OVERLAP = 0.2  # of the smaller of two boxes
MIN_VISIBLE = 0.7  # of an animal's box inside the frame


@dataclass(frozen=True)
class Box:
    """An animal's visible box in pixels."""

    animal: str
    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if self.animal not in ANIMALS:
            raise ValueError(f"{self.animal} is none of the ten animals")
        if not (self.left < self.right and self.top < self.bottom):
            raise ValueError("a box has a positive width and height")

    def overlap(self, other: "Box") -> float:
        """The shared area as a share of the smaller box."""
        shared_width = min(self.right, other.right) - max(self.left, other.left)
        shared_height = min(self.bottom, other.bottom) - max(self.top, other.top)
        if shared_width <= 0 or shared_height <= 0:
            return 0.0
        return shared_width * shared_height / min(self.area, other.area)

    def inside(self, width: int, height: int) -> "Box":
        """The part of the box inside a frame of `width` by `height`."""
        right, bottom = min(self.right, width), min(self.bottom, height)
        return Box(self.animal, max(self.left, 0), max(self.top, 0), right, bottom)

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(frozen=True)
class Picture:
    image: Image.Image
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class Recipe:
    """Parameters of a set of pictures; sizes of glyphs are shares of the frame's shorter side."""

    width: int = 256
    height: int = 256
    smallest: float = 0.1
    largest: float = 0.95
    animal_counts: tuple[int, ...] = (0, 1, 1, 1, 2, 2, 3, 4)  # one is drawn
    distractor_counts: tuple[int, ...] = (0, 0, 1, 1, 2, 3, 5)
    distractors: str = DISTRACTOR_GLYPHS
    font_path: Path = FONT_PATH


def _pick(rng: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(0, len(choices)))]


def _vary(rng: np.random.Generator, glyph: Image.Image, size: float) -> Image.Image:
    """The glyph at `size` pixels (its longer side), flipped, turned, stretched and recoloured a little."""
    alpha = glyph.getchannel("A")
    paint = glyph.convert("RGB")
    hue, saturation, value = paint.convert("HSV").split()
    shift = int(rng.normal(0, 5)) % 256
    hue = hue.point(lambda level: (level + shift) % 256)
    paint = Image.merge("HSV", (hue, saturation, value)).convert("RGB")
    paint = ImageEnhance.Color(paint).enhance(float(rng.uniform(0.55, 1.3)))
    paint = ImageEnhance.Brightness(paint).enhance(float(rng.uniform(0.7, 1.2)))
    paint.putalpha(alpha)
    if rng.random() < 0.5:
        paint = paint.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    scale = size / max(paint.size)
    stretch = float(rng.uniform(0.86, 1.16))
    wanted = (max(4, round(paint.width * scale * stretch)), max(4, round(paint.height * scale)))
    paint = paint.resize(wanted, Image.Resampling.BILINEAR)
    if rng.random() < 0.75:
        paint = paint.rotate(float(rng.normal(0, 16)), Image.Resampling.BICUBIC, expand=True)
    visible = paint.getchannel("A").point(lambda level: 255 * (level > 100)).getbbox()
    paint = paint.crop(visible) if visible else paint
    paint.thumbnail((round(size), round(size)))  # rotated and stretched it may exceed the frame
    return paint


def _place(
    rng: np.random.Generator, recipe: Recipe, glyph: Image.Image, taken: list[Box], animal: str
) -> Box | None:
    """A box, perhaps reaching over the frame's edge, that covers little of the boxes already taken."""
    for _ in range(12):
        reach = 0.25 if rng.random() < 0.25 else 0.0
        left = float(rng.uniform(-reach * glyph.width, recipe.width - (1 - reach) * glyph.width))
        top = float(rng.uniform(-reach * glyph.height, recipe.height - (1 - reach) * glyph.height))
        whole = Box(animal, left, top, left + glyph.width, top + glyph.height)
        inside_width = min(whole.right, recipe.width) - max(left, 0)
        inside_height = min(whole.bottom, recipe.height) - max(top, 0)
        if inside_width <= 0 or inside_height <= 0 or inside_width * inside_height < MIN_VISIBLE * whole.area:
            continue
        if all(whole.overlap(other) <= MAX_OVERLAP for other in taken):
            return whole
    return None


def _hide_part(rng: np.random.Generator, image: Image.Image, box: Box) -> None:
    """Covers up to a third of the animal with a bar, like a tree or a caption."""
    draw = ImageDraw.Draw(image)
    share, width, height = float(rng.uniform(0.08, 0.33)), box.right - box.left, box.bottom - box.top
    if rng.random() < 0.5:
        left = box.left + float(rng.uniform(0, 1 - share)) * width
        draw.rectangle((left, box.top - 5, left + share * width, box.bottom + 5), fill=colour(rng))
    else:
        top = box.top + float(rng.uniform(0, 1 - share)) * height
        draw.rectangle((box.left - 5, top, box.right + 5, top + share * height), fill=colour(rng))


def _degrade(rng: np.random.Generator, image: Image.Image) -> Image.Image:
    """Random blur, motion, coarse scaling, light, grain and block artefacts."""
    width, height = image.size
    if rng.random() < 0.25:
        image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 1.6))))
    if rng.random() < 0.12:  # motion: the mean of shifted copies
        along, across = int(rng.integers(-4, 5)), int(rng.integers(-2, 3))
        image = Image.blend(image, ImageChops.offset(image, along, across), 0.5)
    if rng.random() < 0.25:
        factor = float(rng.uniform(0.45, 0.9))
        coarse = image.resize((round(width * factor), round(height * factor)), Image.Resampling.BILINEAR)
        image = coarse.resize((width, height), Image.Resampling.BILINEAR)
    image = ImageEnhance.Brightness(image).enhance(float(rng.uniform(0.7, 1.25)))
    image = ImageEnhance.Contrast(image).enhance(float(rng.uniform(0.7, 1.2)))
    if rng.random() < 0.03:
        image = image.convert("L").convert("RGB")
    if rng.random() < 0.3:
        grain = rng.normal(0, rng.uniform(2, 14), (height, width, 1))
        image = Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))
    if rng.random() < 0.5:  # JPEG's 8x8 blocks with halved colour look much like a starved H.264
        starved = io.BytesIO()
        image.save(starved, "JPEG", quality=int(rng.integers(12, 70)))
        image = Image.open(starved).convert("RGB")
    return image


def compose_picture(rng: np.random.Generator, recipe: Recipe) -> Picture:
    """One labelled picture; the same generator state and recipe give the same picture."""
    image = paint_background(rng, recipe.width, recipe.height)
    shorter = min(recipe.width, recipe.height)
    animal_count = recipe.animal_counts[int(rng.integers(0, len(recipe.animal_counts)))]
    distractor_count = recipe.distractor_counts[int(rng.integers(0, len(recipe.distractor_counts)))]
    kinds = ["animal"] * animal_count + ["distractor"] * distractor_count
    rng.shuffle(kinds)
    taken: list[Box] = []
    labelled: list[Box] = []
    for kind in kinds:
        animal = _pick(rng, ANIMALS)
        glyph_names = ANIMAL_GLYPHS[animal] if kind == "animal" else recipe.distractors
        largest = recipe.largest if len(kinds) < 3 else min(recipe.largest, 0.6)
        size = shorter * float(np.exp(rng.uniform(np.log(recipe.smallest), np.log(largest))))
        glyph = _vary(rng, draw_glyph(_pick(rng, glyph_names), recipe.font_path), size)
        box = _place(rng, recipe, glyph, taken, animal)
        if box is None:
            continue
        image.paste(glyph, (round(box.left), round(box.top)), glyph)
        taken.append(box)
        if kind == "animal":
            labelled.append(box)
            if rng.random() < 0.12:
                _hide_part(rng, image, box)
    return Picture(_degrade(rng, image), tuple(box.inside(recipe.width, recipe.height) for box in labelled))


def write_pictures(folder: Path, split: str, count: int, seed: int, recipe: Recipe) -> None:
    """Writes `count` pictures and their labels in ultralytics' layout under `folder`; picture i depends on
    `seed` and i alone."""
    images, labels = folder / "images" / split, folder / "labels" / split
    images.mkdir(parents=True, exist_ok=True)
    labels.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        picture = compose_picture(np.random.default_rng([seed, index]), recipe)
        picture.image.save(images / f"{index:06d}.jpg", quality=92)
        lines = [
            f"{ANIMALS.index(box.animal)} {(box.left + box.right) / 2 / recipe.width:.5f}"
            f" {(box.top + box.bottom) / 2 / recipe.height:.5f}"
            f" {(box.right - box.left) / recipe.width:.5f} {(box.bottom - box.top) / recipe.height:.5f}\n"
            for box in picture.boxes
        ]
        (labels / f"{index:06d}.txt").write_text("".join(lines), encoding="utf-8")
