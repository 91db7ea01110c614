"""Numbered parts are joined to one object, whichever process wrote them and however often."""

from __future__ import annotations

import pytest

from adapters.object_store import S3ObjectStore
from domain.errors import FileUnknown
from tests.contract.store.streams import PART, everything_below, noise


def test_parts_with_gaps_between_their_numbers_are_one_object(store: S3ObjectStore) -> None:
    content = noise(2 * PART + 17)
    upload_id = store.parts.begin("numbered/gaps", "video/mp4")

    parts = [
        store.parts.write("numbered/gaps", upload_id, number, content[start : start + PART])
        for number, start in ((2, 0), (7, PART), (9_999, 2 * PART))
    ]
    store.parts.complete("numbered/gaps", upload_id, parts, len(content))

    assert b"".join(store.open_range("numbered/gaps", 0, len(content))) == content
    found = store.stat("numbered/gaps")
    assert found is not None
    assert (found.size_bytes, found.media_type) == (len(content), "video/mp4")
    assert store.unfinished("numbered/gaps") == []


def test_a_part_that_is_not_listed_at_completion_is_not_in_the_object(store: S3ObjectStore) -> None:
    content = noise(PART + 5)
    upload_id = store.parts.begin("numbered/stray", "video/mp4")
    first = store.parts.write("numbered/stray", upload_id, 1, content[:PART])
    store.parts.write("numbered/stray", upload_id, 2, noise(PART + 1))
    last = store.parts.write("numbered/stray", upload_id, 3, content[PART:])

    store.parts.complete("numbered/stray", upload_id, [first, last], len(content))

    assert b"".join(store.open_range("numbered/stray", 0, len(content))) == content


def test_completing_the_same_upload_again_is_no_fault(store: S3ObjectStore) -> None:
    upload_id = store.parts.begin("numbered/twice", "video/mp4")
    part = store.parts.write("numbered/twice", upload_id, 1, noise(99))

    for _ in range(2):
        store.parts.complete("numbered/twice", upload_id, [part], 99)

    assert b"".join(store.open_range("numbered/twice", 0, 99)) == noise(99)


def test_a_dropped_upload_can_not_be_completed(store: S3ObjectStore) -> None:
    upload_id = store.parts.begin("numbered/dropped", "video/mp4")
    part = store.parts.write("numbered/dropped", upload_id, 1, noise(PART))

    for _ in range(2):
        store.parts.drop("numbered/dropped", upload_id)

    with pytest.raises(FileUnknown):
        store.parts.complete("numbered/dropped", upload_id, [part], PART)
    assert everything_below(store, "numbered/dropped") == ([], [])
