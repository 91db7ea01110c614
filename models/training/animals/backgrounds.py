"""Painter of synthetic backgrounds for glyphs: gradients, noise, textures, shapes, bars, words."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
WORDS = (
    *("the", "quick", "film", "shows", "a", "garden", "river", "house"),
    *("tree", "song", "night", "DEMO", "00:12", "LIVE", "éà"),
)


def colour(rng: np.random.Generator) -> Colour:
    red, green, blue = (int(value) for value in rng.integers(0, 256, 3))
    if rng.random() < 0.35:  # scenes are often pale, dark or grey rather than saturated
        grey = int(rng.integers(0, 256))
        red, green, blue = (int(0.2 * value + 0.8 * grey) for value in (red, green, blue))
    return red, green, blue


def _flat(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    return Image.new("RGB", (width, height), colour(rng))


def _gradient(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Two to four colours blended along a straight line in any direction."""
    stops = np.array([colour(rng) for _ in range(int(rng.integers(2, 5)))], dtype=np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    along = np.cos(angle) * xs / width + np.sin(angle) * ys / height
    along = (along - along.min()) / max(float(np.ptp(along)), 1e-6)
    places = np.linspace(0, 1, len(stops))
    planes = [np.interp(along, places, stops[:, plane]) for plane in range(3)]
    return Image.fromarray(np.stack(planes, axis=-1).astype(np.uint8))


def _clouds(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Smooth noise at several sizes, like sky, water or foliage."""
    total = np.zeros((height, width, 3), dtype=np.float32)
    weight = 1.0
    for cells in (3, 7, 17, 45):
        coarse = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        smooth = coarse.resize((width, height), Image.Resampling.BICUBIC)
        total += weight * np.asarray(smooth, dtype=np.float32)
        weight *= float(rng.uniform(0.3, 0.9))
    total = (total - total.min()) / max(float(np.ptp(total)), 1e-6)
    low, high = np.array(colour(rng), dtype=np.float32), np.array(colour(rng), dtype=np.float32)
    return Image.fromarray((low + (high - low) * total).astype(np.uint8))


def _noise(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    base = np.array(colour(rng), dtype=np.float32)
    grain = rng.normal(0, rng.uniform(5, 60), (height, width, 3))
    return Image.fromarray(np.clip(base + grain, 0, 255).astype(np.uint8))


def _stripes(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Waves of any direction and period: fences, grass, and patterns that resemble a zebra."""
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    angle, period = rng.uniform(0, np.pi), rng.uniform(4, 60)
    wave = np.sin(2 * np.pi * (np.cos(angle) * xs + np.sin(angle) * ys) / period + rng.uniform(0, 6))
    if rng.random() < 0.5:
        wave = np.sign(wave)
    if rng.random() < 0.3:
        wave = wave * np.sign(np.sin(2 * np.pi * (np.sin(angle) * xs - np.cos(angle) * ys) / period))
    low, high = np.array(colour(rng), dtype=np.float32), np.array(colour(rng), dtype=np.float32)
    return Image.fromarray((low + (high - low) * (wave[..., None] + 1) / 2).astype(np.uint8))


def _bars(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Colour bars like a test card's."""
    picture = Image.new("RGB", (width, height), colour(rng))
    draw = ImageDraw.Draw(picture)
    columns = int(rng.integers(4, 10))
    for row in range(int(rng.integers(1, 4))):
        top = row * height // 3
        for column in range(columns):
            left = column * width // columns
            saturated = tuple(int(value) * 255 for value in rng.integers(0, 2, 3))
            draw.rectangle((left, top, left + width // columns, height), fill=saturated)
    return picture


SCENES: tuple[Callable[[np.random.Generator, int, int], Image.Image], ...] = (
    _flat, _gradient, _gradient, _clouds, _clouds, _noise, _stripes, _bars,
)  # fmt: skip


def _add_shapes(rng: np.random.Generator, picture: Image.Image, count: int) -> None:
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    for _ in range(count):
        left, top = float(rng.uniform(-0.2, 1) * width), float(rng.uniform(-0.2, 1) * height)
        right = left + float(rng.uniform(0.03, 0.6) * width)
        bottom = top + float(rng.uniform(0.03, 0.6) * height)
        kind = int(rng.integers(0, 4))
        if kind == 0:
            draw.rectangle((left, top, right, bottom), fill=colour(rng))
        elif kind == 1:
            draw.ellipse((left, top, right, bottom), fill=colour(rng), outline=colour(rng))
        elif kind == 2:
            corners = [(float(rng.uniform(left, right)), float(rng.uniform(top, bottom))) for _ in range(5)]
            draw.polygon(corners, fill=colour(rng))
        else:
            draw.line((left, top, right, bottom), fill=colour(rng), width=int(rng.integers(1, 12)))


def _add_words(rng: np.random.Generator, picture: Image.Image) -> None:
    width, height = picture.size
    font = ImageFont.load_default(size=float(rng.uniform(0.05, 0.16) * min(width, height)))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(1, 4))):
        line = " ".join(WORDS[int(place)] for place in rng.integers(0, len(WORDS), int(rng.integers(1, 6))))
        place = (float(rng.uniform(-0.1, 0.6) * width), float(rng.uniform(0, 0.95) * height))
        draw.text(place, line, font=font, fill=colour(rng), stroke_width=int(rng.integers(0, 2)))


def paint_background(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """A scene of `width` by `height` pixels without animals."""
    picture = SCENES[int(rng.integers(0, len(SCENES)))](rng, width, height)
    if rng.random() < 0.6:
        _add_shapes(rng, picture, int(rng.integers(1, 12)))
    if rng.random() < 0.25:
        _add_words(rng, picture)
    return picture
