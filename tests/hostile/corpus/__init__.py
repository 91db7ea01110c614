"""Corpus of hostile files: every case with its expected verdict."""

from __future__ import annotations

from tests.hostile.corpus import broken, disguises, floods, others, passengers
from tests.hostile.corpus.case import Case

CASES: list[Case] = [
    *disguises.CASES,
    *floods.CASES,
    *broken.CASES,
    *others.CASES,
    *passengers.CASES,
]
