"""Emoji glyphs of the ten animals and of distractors, and their drawing."""

from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONT_PATH = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")  # Debian: fonts-noto-color-emoji
BITMAP_SIZE = 109  # the one size at which this bitmap font can be opened
GLYPH_WIDTH, GLYPH_HEIGHT = 136, 128

# The class index of an animal is its place here; the names are COCO's.
ANIMAL_GLYPHS: dict[str, str] = {
    "bird": "🐦🕊🦅🦆🐤🦜",
    "cat": "🐈🐱",
    "dog": "🐕🐶🐩🦮",
    "horse": "🐎🐴",
    "sheep": "🐑🐏",
    "cow": "🐄🐮",
    "elephant": "🐘",
    "bear": "🐻",
    "zebra": "🦓",
    "giraffe": "🦒",
}
ANIMALS: tuple[str, ...] = tuple(ANIMAL_GLYPHS)

# Distractors: not in COCO, or no animals. Ambiguous glyphs are in neither set: other birds, ox and
# buffalo, panda, goat, cat-faced smileys.
DISTRACTOR_GLYPHS = (
    "🦁🐯🐅🐆🐖🐷🐪🦌🦊🐺🐰🐹🐭🐵🐸🦏🦛🦘🦝🐢🐍🐟🐙🦋🐞🦀🐌🐝"
    "😀😎😡🤖👻💀👽🎃👩👨👶👮🧙👋👍👀"
    "🍎🍌🍇🍓🍕🍔🍩🎂🍪🥕🌽🍄🍞🧀"
    "🚗🚌🚒🚲🚂🚀⛵🚁🚜🏠🏰🗼⛺"
    "🌳🌲🌴🌵🌻🌹🍁🌍🌙⭐🔥🌈❄☁"
    "⚽🏀🎸🎺🎨🎲📷📺💻📚🔑🔔🎁🎈👑👢👜☂⏰💡🔧❤"
)
# Held out from training, for the measurement of false positives.
HELD_OUT_DISTRACTOR_GLYPHS = "🐨🐗🐫🦙🦡🐿🦎🐠🦈🐛😂😴🤡👵🎅💪🍊🍉🌭🍦🍒🚕🚚🏍✈🏫🌷🌼⚡🎾🎻📱✂🧲💎🎩🧸🛒"


@lru_cache(maxsize=4)
def _font(font_path: Path) -> ImageFont.FreeTypeFont:
    if not font_path.exists():
        raise FileNotFoundError(f"no colour emoji font at {font_path}: install fonts-noto-color-emoji")
    return ImageFont.truetype(font_path, BITMAP_SIZE)


@lru_cache(maxsize=512)
def draw_glyph(character: str, font_path: Path = FONT_PATH) -> Image.Image:
    """One glyph as RGBA, cropped to its visible pixels; shared, so copy it before a change."""
    canvas = Image.new("RGBA", (GLYPH_WIDTH, GLYPH_HEIGHT), (0, 0, 0, 0))
    ImageDraw.Draw(canvas).text((0, 0), character, font=_font(font_path), embedded_color=True)
    visible = canvas.getchannel("A").getbbox()
    if visible is None:
        raise ValueError(f"the font at {font_path} has no picture for U+{ord(character[0]):X}")
    return canvas.crop(visible)
