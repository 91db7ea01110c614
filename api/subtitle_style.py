"""Parser of the subtitle style from form fields and settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from domain.errors import FormInvalid
from domain.subtitles.style import READABLE, CuePosition, CueStyle

STYLE_FIELDS = (
    "subtitle_font",
    "subtitle_size",
    "subtitle_color",
    "subtitle_outline_color",
    "subtitle_outline",
    "subtitle_box",
    "subtitle_position",
    "subtitle_margin",
)


_NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})?", re.ASCII)


def style_of(texts: Mapping[str, str], default: CueStyle = READABLE) -> CueStyle:
    """Returns the style with the values of these fields or settings (lower-case names)."""
    changes: dict[str, object] = {
        name: texts[field]
        for field, name in (
            ("subtitle_font", "font"),
            ("subtitle_color", "color"),
            ("subtitle_outline_color", "outline_color"),
        )
        if texts.get(field)
    }
    for field, name in (
        ("subtitle_size", "size_percent"),
        ("subtitle_outline", "outline_percent"),
        ("subtitle_margin", "margin_percent"),
    ):
        if text := texts.get(field):
            if not _NUMBER.fullmatch(text):
                raise FormInvalid(f"{field} is {text[:40]!r}; it must be a number in percent.")
            changes[name] = float(text)
    if box := texts.get("subtitle_box"):
        changes["box"] = one_of("subtitle_box", box, ("true", "false")) == "true"
    if position := texts.get("subtitle_position"):
        changes["position"] = CuePosition(one_of("subtitle_position", position, tuple(CuePosition)))
    try:
        return replace(default, **changes)  # type: ignore[arg-type]
    except ValueError as error:
        raise FormInvalid(f"The subtitle style is invalid: {error}.") from error


def one_of(field: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise FormInvalid(f"{field} is {value[:40]!r}; it must be one of {', '.join(allowed)}.")
    return value
