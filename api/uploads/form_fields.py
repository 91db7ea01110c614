"""Fields of the upload forms, and their parsing into processing options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api.subtitle_style import STYLE_FIELDS, one_of, style_of
from domain.errors import FormInvalid
from domain.media.rendition import Resolution
from domain.speech.languages import language_code
from domain.subtitles.style import CueStyle
from domain.tasks.options import ProcessingOptions, SubtitleMode

FIELDS = ("subtitle_mode", "max_height", "language")
# What uploaders send of their own beside the file (Uppy, Dropzone, FilePond): it is not read.
UPLOADER_FIELDS = frozenset(
    {"name", "type", "filename", "filetype", "relativePath", "lastModified", "size", "dzuuid", "fullPath"}
)
LIBRARY_FIELDS = ("resolution", "crf_value", *STYLE_FIELDS)

# Two hours of dense subtitles have a tenth of this.
SUBTITLES_LIMIT_BYTES = 1024 * 1024
# Room for the fields and boundaries around the largest file.
_OVERHEAD_BYTES = 256 * 1024


@dataclass(frozen=True)
class FormShape:
    """Fields of a form: one video, an optional subtitle file, and options that `options_of` parses."""

    file_field: str
    fields: tuple[str, ...]
    options_of: Callable[[Mapping[str, bytes]], ProcessingOptions]
    subtitles_field: str = ""

    @property
    def overhead_bytes(self) -> int:
        """Maximum size of the form without its video, in bytes."""
        return _OVERHEAD_BYTES + (SUBTITLES_LIMIT_BYTES if self.subtitles_field else 0)

    @property
    def names(self) -> str:
        """Names of all fields, for the error about an unknown one."""
        return ", ".join(filter(None, (self.file_field, self.subtitles_field, *self.fields)))


def options_of(fields: Mapping[str, bytes]) -> ProcessingOptions:
    """Returns the options of an upload's fields; an empty field means the default."""
    texts = _texts(fields)
    mode = texts.get("subtitle_mode") or SubtitleMode.SOFT.value
    if mode not in list(SubtitleMode):
        raise FormInvalid(f"subtitle_mode is {mode!r}; it must be one of {', '.join(SubtitleMode)}.")
    height = texts.get("max_height") or "1080"
    if not (height.isascii() and height.isdecimal() and len(height) < 6):
        raise FormInvalid(f"max_height is {height!r}; it must be a whole number of pixels.")
    language = texts.get("language")
    try:
        return ProcessingOptions(
            SubtitleMode(mode), int(height), language_code(language) if language else None
        )
    except ValueError as error:
        raise FormInvalid(f"{error}.") from error


def library_form(style: CueStyle) -> FormShape:
    """Returns the form of a video with a subtitle file; `style` is the default subtitle style."""
    return FormShape(
        "video", LIBRARY_FIELDS, lambda fields: _library_options(fields, style), subtitles_field="srt_file"
    )


UPLOAD_FORM = FormShape("file", FIELDS, options_of)


def _library_options(fields: Mapping[str, bytes], style: CueStyle) -> ProcessingOptions:
    texts = _texts(fields)
    named = one_of("resolution", texts.get("resolution") or Resolution.P360.value, tuple(Resolution))
    crf = texts.get("crf_value") or "23"
    if not (crf.isascii() and crf.isdecimal() and len(crf) < 3 and int(crf) <= 51):
        raise FormInvalid(f"crf_value is {crf[:40]!r}; it must be a whole number from 0 to 51.")
    return ProcessingOptions(
        SubtitleMode.BURN,
        exact_size=Resolution(named).size,
        crf=int(crf),
        animals=False,
        style=style_of(texts, style),
    )


def _texts(fields: Mapping[str, bytes]) -> dict[str, str]:
    return {name: _text_of(name, value) for name, value in fields.items()}


def _text_of(name: str, value: bytes) -> str:
    try:
        return value.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise FormInvalid(f"The field {name} is not valid UTF-8 text.") from error
