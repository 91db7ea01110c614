"""Resumable uploads: only the newest request may continue one; on both databases."""

from __future__ import annotations

import pytest

from adapters.catalogue import Catalogue, Progress, ResumableRow
from domain.accounts.quotas import NO_QUOTAS, Quotas
from domain.errors import QuotaExceeded, UploadComplete, UploadConflict, UploadGone, UploadUnknown
from tests.contract.catalogue.videos import new_video, resumable_upload

NOW_US = 1_700_000_000_000_000
HOUR_US = 3600 * 1_000_000

upload = resumable_upload


def claim(catalogue: Catalogue, writer: str, offset_bytes: int = 0) -> ResumableRow:
    return catalogue.uploads.claim("u", "local", offset_bytes, writer, NOW_US)


def test_the_progress_of_a_request_is_stored_in_one_step(catalogue: Catalogue) -> None:
    catalogue.uploads.create(upload(), NO_QUOTAS)
    claim(catalogue, "first")

    catalogue.uploads.save(
        Progress(
            "u", "first", 60, 2, (("uploads/u/x", 10),), ((1, "etag-1"),), b"\x01\xff", "s3", "video/mp4"
        )
    )

    row = catalogue.uploads.find("u", "local", NOW_US)
    assert (row.offset_bytes, row.next_part, row.pieces) == (60, 2, [["uploads/u/x", 10]])
    assert (row.digest, row.store_upload_id, row.media_type) == (b"\x01\xff", "s3", "video/mp4")
    assert [(part.number, part.etag) for part in catalogue.uploads.parts("u")] == [(1, "etag-1")]


def test_of_two_requests_the_newer_continues_and_the_older_changes_nothing(catalogue: Catalogue) -> None:
    catalogue.uploads.create(upload(), NO_QUOTAS)
    older, newer = claim(catalogue, "older"), claim(catalogue, "newer")

    catalogue.uploads.save(Progress("u", "newer", 30, 3, stays=False))
    with pytest.raises(UploadConflict, match="Another request"):
        catalogue.uploads.save(Progress("u", "older", 20, 2, parts=((1, "stale"),)))

    # The older request may still write under its part number.
    assert (older.next_part, newer.next_part) == (1, 2)
    assert catalogue.uploads.find("u", "local", NOW_US).offset_bytes == 30
    assert catalogue.uploads.parts("u") == []


def test_a_request_that_ended_normally_uses_up_no_part_number(catalogue: Catalogue) -> None:
    catalogue.uploads.create(upload(), NO_QUOTAS)
    claim(catalogue, "first")
    catalogue.uploads.save(Progress("u", "first", 30, 1, stays=False))

    assert claim(catalogue, "second", 30).next_part == 1


def test_a_wrong_offset_is_refused_with_the_right_one(catalogue: Catalogue) -> None:
    catalogue.uploads.create(upload(), NO_QUOTAS)

    with pytest.raises(UploadConflict, match="offset is 0, not 7"):
        claim(catalogue, "first", 7)


def test_an_upload_interrupted_too_often_is_gone(catalogue: Catalogue) -> None:
    catalogue.uploads.create(upload(next_part=10_000, writer="dead"), NO_QUOTAS)

    with pytest.raises(UploadGone, match="interrupted too often"):
        claim(catalogue, "first")


def test_only_the_owner_sees_an_upload_and_only_before_it_expires(catalogue: Catalogue) -> None:
    catalogue.uploads.create(upload(), NO_QUOTAS)

    with pytest.raises(UploadUnknown):
        catalogue.uploads.find("u", "somebody else", NOW_US)
    with pytest.raises(UploadUnknown):
        catalogue.uploads.end("u", "somebody else", NOW_US)
    with pytest.raises(UploadGone):
        catalogue.uploads.claim("u", "local", 0, "late", NOW_US + HOUR_US)


def test_an_ended_upload_is_unknown_and_a_complete_one_can_not_be_ended(catalogue: Catalogue) -> None:
    catalogue.uploads.create(upload(), NO_QUOTAS)
    catalogue.uploads.add(upload("whole", offset_bytes=100))
    claim(catalogue, "first")
    catalogue.uploads.save(Progress("u", "first", 60, 2, parts=((1, "etag"),)))

    catalogue.uploads.end("u", "local", NOW_US)
    with pytest.raises(UploadComplete):
        catalogue.uploads.end("whole", "local", NOW_US)

    assert catalogue.uploads.parts("u") == []
    with pytest.raises(UploadConflict):
        catalogue.uploads.save(Progress("u", "first", 80, 3))


def test_open_uploads_and_videos_share_the_quota_of_their_owner(catalogue: Catalogue) -> None:
    quotas = Quotas(stored_bytes=5_000_000_100)
    catalogue.add(new_video(1))  # 5,000,000,000 bytes
    catalogue.uploads.create(upload("one", length_bytes=90), quotas)

    with pytest.raises(QuotaExceeded):
        catalogue.uploads.create(upload("two", length_bytes=11), quotas)
    catalogue.uploads.create(upload("three", length_bytes=11, owner="another"), quotas)
    catalogue.uploads.settle("one", "task-one", NOW_US)
    catalogue.uploads.create(upload("four", length_bytes=11), quotas)


def test_an_upload_is_settled_once(catalogue: Catalogue) -> None:
    catalogue.uploads.add(upload(offset_bytes=100))
    assert [row.id for row in catalogue.uploads.unsettled(NOW_US)] == ["u"]

    catalogue.uploads.settle("u", "task-x", NOW_US + 1)
    catalogue.uploads.settle("u", "task-y", NOW_US + 2, "NoVideoStream", "None.")
    catalogue.uploads.settle("nobody", "task-y", NOW_US + 2)

    row = catalogue.uploads.find("u", "local", NOW_US)
    assert (row.task_id, row.settled_us, row.fault_code) == ("task-x", NOW_US + 1, None)
    assert catalogue.uploads.unsettled(NOW_US) == []


def test_expired_uploads_are_listed_for_removal(catalogue: Catalogue) -> None:
    for number in range(205):
        catalogue.uploads.add(upload(f"old-{number:03}", expires_us=NOW_US - HOUR_US - 1))
    catalogue.uploads.add(upload("just-over", expires_us=NOW_US - HOUR_US))
    catalogue.uploads.settle("old-007", "task", NOW_US)

    found = {}
    for expired in catalogue.uploads.expired(NOW_US):
        found[expired.upload_id] = expired.settled
        catalogue.uploads.remove(expired.upload_id)

    assert sorted(found) == [f"old-{number:03}" for number in range(205)]
    assert [upload_id for upload_id, settled in found.items() if settled] == ["old-007"]
    assert catalogue.uploads.find("just-over", "local", NOW_US - 2 * HOUR_US).id == "just-over"
