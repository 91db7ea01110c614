"""How heard words are written down between two attempts, and read back exactly as they were."""

from __future__ import annotations

import json
from collections.abc import Sequence

from domain.speech.words import Word

# Part of each recipe: what an older or newer version wrote is not looked for.
WORDS_FORMAT = 1


def write_words(words: Sequence[Word]) -> bytes:
    rows = [[word.text, word.start_us, word.end_us, word.probability] for word in words]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def read_words(content: bytes) -> list[Word] | None:
    """The words, or None when these are not words: a store that lost power may hold half a file."""
    try:
        return [Word(text, start, end, probability) for text, start, end, probability in json.loads(content)]
    except (ValueError, TypeError):
        return None
