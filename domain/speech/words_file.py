"""Writer and reader of a transcript's JSON form, in which words are cached between attempts."""

from __future__ import annotations

import json
from collections.abc import Sequence

from domain.speech.words import Word

# Part of each recipe, so that files of another version are never read.
WORDS_FORMAT = 1


def write_words(words: Sequence[Word]) -> bytes:
    rows = [[word.text, word.start_us, word.end_us, word.probability] for word in words]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def read_words(content: bytes) -> list[Word] | None:
    """The words, or None for damaged content: a store that lost power may hold half a file."""
    try:
        return [Word(text, start, end, probability) for text, start, end, probability in json.loads(content)]
    except (ValueError, TypeError):
        return None
