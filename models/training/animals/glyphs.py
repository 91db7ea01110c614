"""Which emoji glyphs stand for the ten animals, which are only there to mislead, and how one is drawn."""

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

# Not in COCO, or no animal at all: what the model must stay silent about. Left out on purpose, because
# a person could call them either way: other birds, ox and buffalo, panda, goat, cat-faced smileys.
DISTRACTOR_GLYPHS = (
    "🦁🐯🐅🐆🐖🐷🐪🦌🦊🐺🐰🐹🐭🐵🐸🦏🦛🦘🦝🐢🐍🐟🐙🦋🐞🦀🐌🐝"
    "😀😎😡🤖👻💀👽🎃👩👨👶👮🧙👋👍👀"
    "🍎🍌🍇🍓🍕🍔🍩🎂🍪🥕🌽🍄🍞🧀"
    "🚗🚌🚒🚲🚂🚀⛵🚁🚜🏠🏰🗼⛺"
    "🌳🌲🌴🌵🌻🌹🍁🌍🌙⭐🔥🌈❄☁"
    "⚽🏀🎸🎺🎨🎲📷📺💻📚🔑🔔🎁🎈👑👢👜☂⏰💡🔧❤"
)
# Never seen in training: the honest half of the false-positive measurement.
HELD_OUT_DISTRACTOR_GLYPHS = "🐨🐗🐫🦙🦡🐿🦎🐠🦈🐛😂😴🤡👵🎅💪🍊🍉🌭🍦🍒🚕🚚🏍✈🏫🌷🌼⚡🎾🎻📱✂🧲💎🎩🧸🛒"


@lru_cache(maxsize=4)
def _font(font_path: Path) -> ImageFont.FreeTypeFont:
    if not font_path.exists():
        raise FileNotFoundError(f"no colour emoji font at {font_path}: install fonts-noto-color-emoji")
    return ImageFont.truetype(font_path, BITMAP_SIZE)


@lru_cache(maxsize=512)
def draw_glyph(character: str, font_path: Path = FONT_PATH) -> Image.Image:
    """One glyph as RGBA, cut to its visible pixels; the caller copies before it changes anything."""
    canvas = Image.new("RGBA", (GLYPH_WIDTH, GLYPH_HEIGHT), (0, 0, 0, 0))
    ImageDraw.Draw(canvas).text((0, 0), character, font=_font(font_path), embedded_color=True)
    visible = canvas.getchannel("A").getbbox()
    if visible is None:
        raise ValueError(f"the font at {font_path} has no picture for U+{ord(character[0]):X}")
    return canvas.crop(visible)
