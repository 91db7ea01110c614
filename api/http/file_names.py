"""File names of senders, cleaned for display and download headers; they are never used as paths."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

_LONGEST_BYTES = 255
_NAMELESS = "video"


def display_name(sent: str) -> str:
    """Returns the last path segment without misleading characters, at most 255 bytes long."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", sent))[-1]
    # Control characters, invisible formatting such as direction marks, lone surrogates, private use.
    visible = "".join(char for char in last if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co"))
    name = " ".join(visible.replace("\N{REPLACEMENT CHARACTER}", "").split()).lstrip(".-~ ")
    return _shortened(name) or _NAMELESS


def _shortened(name: str) -> str:
    """Shortens the name before its extension, never inside a character."""
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension.encode()) > 16:
        stem, dot, extension = name, "", ""
    room = _LONGEST_BYTES - len((dot + extension).encode())
    return (stem.encode()[:room].decode(errors="ignore") + dot + extension).rstrip()


def attachment(original: str, download: str, kind: str = "attachment") -> str:
    """Returns the Content-Disposition of the file `download` of the video with the name `original`."""
    stem = original.rpartition(".")[0] or original
    name = display_name(f"{stem}-{download}")
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    # RFC 6266: an ASCII name for old clients, the full name in UTF-8 for the others.
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
