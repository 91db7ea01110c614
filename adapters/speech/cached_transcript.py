"""Cached transcription: each group of regions is read from the cache, else transcribed and stored there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from adapters.models.native_calls import run_blocking
from domain.attempts.progress import ProgressReporter
from domain.speech.cache import WorkCache, recipe_digest
from domain.speech.regions import Region
from domain.speech.words import Word
from domain.speech.words_file import WORDS_FORMAT, read_words, write_words

Group = Sequence[Region]


def words_of(
    groups: Sequence[Group],
    recipe: Mapping[str, object],
    cache: WorkCache,
    transcribe_group: Callable[[Group], list[Word]],
    progress: ProgressReporter,
) -> list[Word]:
    """Words of all groups, in order. `recipe` is everything that affects them except the regions' pieces.

    A group is stored whole: in another batch, a region's words could differ in their last digits.
    """
    speech_us = sum(region.duration_us for group in groups for region in group)
    words: list[Word] = []
    done_us = 0
    for group in groups:
        pieces = [[(piece.start_us, piece.end_us) for piece in region.pieces] for region in group]
        name = recipe_digest({**recipe, "format": WORDS_FORMAT, "pieces": pieces})
        span = (group[0].start_us, group[-1].end_us)
        content = run_blocking(partial(cache.find, name, *span), progress)
        found = None if content is None else read_words(content)
        if found is None:
            found = transcribe_group(group)
            run_blocking(partial(cache.save, name, *span, write_words(found)), progress)
        words += found
        done_us += sum(region.duration_us for region in group)
        progress.advance(done_us / speech_us)
    return words
