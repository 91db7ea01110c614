"""Decides what of a sender's file name is shown and sent back; it is never used as a path."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

_LONGEST_BYTES = 255
_NAMELESS = "video"


def display_name(sent: str) -> str:
    """The last part of the name without anything that could mislead a reader, at most 255 bytes long."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", sent))[-1]
    # Controls, invisible formatting such as the marks that turn the reading direction, lone surrogates.
    visible = "".join(char for char in last if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co"))
    name = " ".join(visible.replace("\N{REPLACEMENT CHARACTER}", "").split()).lstrip(".-~ ")
    return _shortened(name) or _NAMELESS


def _shortened(name: str) -> str:
    """Cut in front of the extension, never inside a character."""
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension.encode()) > 16:
        stem, dot, extension = name, "", ""
    room = _LONGEST_BYTES - len((dot + extension).encode())
    return (stem.encode()[:room].decode(errors="ignore") + dot + extension).rstrip()


def attachment(original: str, download: str, kind: str = "attachment") -> str:
    """A Content-Disposition for the file `download` of the video that was sent as `original`."""
    stem = original.rpartition(".")[0] or original
    name = display_name(f"{stem}-{download}")
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    # RFC 6266: the plain name for old clients, the true one in UTF-8 for the others.
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
