"""Contract of the object store, on each supported S3 server."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.object_store import S3ObjectStore, StoreSettings
from domain.errors import AttemptCancelled, FileUnknown, SourceTooLarge, StoreUnavailable
from domain.storage.artifact import Artifact
from tests.contract.store.streams import MIB, PART, ProgressReporter, Stream, everything_below, noise


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 12_345])
def test_a_stream_of_any_length_comes_out_as_it_went_in(store: S3ObjectStore, size: int) -> None:
    content = noise(size)

    artifact = store.put_stream(Stream(content), f"stream/{size}", "video/mp4", PART)

    assert artifact == Artifact(f"stream/{size}", "video/mp4", size, hashlib.sha256(content).hexdigest())
    assert b"".join(store.open_range(f"stream/{size}", 0, size)) == content
    found = store.stat(f"stream/{size}")
    assert found is not None
    assert (found.size_bytes, found.media_type) == (size, "video/mp4")
    assert store.unfinished("stream/") == []


@pytest.mark.parametrize("size", [0, 3, PART, 3 * PART])
def test_a_stream_that_fails_leaves_no_object_and_no_open_upload(store: S3ObjectStore, size: int) -> None:
    with pytest.raises(SourceTooLarge, match="enough"):
        store.put_stream(Stream(noise(size), SourceTooLarge("enough")), "broken/object", "video/mp4", PART)

    assert everything_below(store, "broken/") == ([], [])


class SweptAway(Stream):
    """Stream that drops the upload's parts before its last bytes."""

    def __init__(self, content: bytes, store: S3ObjectStore) -> None:
        super().__init__(content)
        self.store = store

    def read(self, size: int, /) -> bytes:
        piece = super().read(size)
        if not piece:
            self.store.remove_prefix("swept/")
        return piece


def test_a_stream_whose_parts_are_removed_is_a_failure_of_the_store(store: S3ObjectStore) -> None:
    with pytest.raises(StoreUnavailable, match="swept/object"):
        store.put_stream(SweptAway(noise(2 * PART), store), "swept/object", "video/mp4", PART)

    assert everything_below(store, "swept/") == ([], [])


def test_an_object_written_at_once_keeps_its_digest_beside_it(store: S3ObjectStore) -> None:
    store.put("small/report.json", b"{}", "application/json")

    found = store.stat("small/report.json")

    assert found is not None
    assert found.sha256 == hashlib.sha256(b"{}").hexdigest()
    assert found.media_type == "application/json"
    assert found.modified is not None


def test_a_file_is_uploaded_and_downloaded_with_progress_to_the_end(
    store: S3ObjectStore, tmp_path: Path
) -> None:
    source_path, target_path = tmp_path / "source", tmp_path / "target"
    source_path.write_bytes(noise(20 * MIB))
    up, down = ProgressReporter(), ProgressReporter()

    artifact = store.upload(source_path, "file/object", "video/mp4", up)
    store.download("file/object", target_path, down)

    assert target_path.read_bytes() == source_path.read_bytes()
    assert artifact.size_bytes == 20 * MIB
    for fractions in (up.fractions, down.fractions):
        assert fractions == sorted(fractions)
        assert len(fractions) > 10
        assert fractions[-1] == 1.0


def test_an_empty_file_is_uploaded_and_downloaded(store: S3ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "source").touch()

    store.upload(tmp_path / "source", "file/empty", "text/vtt", ProgressReporter())
    store.download("file/empty", tmp_path / "target", ProgressReporter())

    assert (tmp_path / "target").read_bytes() == b""


def test_a_cancel_stops_an_upload_and_leaves_nothing(store: S3ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(noise(40 * MIB))
    progress = ProgressReporter(stop_at=0.5)

    with pytest.raises(AttemptCancelled):
        store.upload(tmp_path / "source", "cancelled/object", "video/mp4", progress)

    assert progress.fractions[-1] < 0.6
    assert everything_below(store, "cancelled/") == ([], [])


def test_a_cancel_stops_a_download(store: S3ObjectStore, tmp_path: Path) -> None:
    store.put("download/object", noise(8 * MIB), "video/mp4")
    progress = ProgressReporter(stop_at=0.5)

    with pytest.raises(AttemptCancelled):
        store.download("download/object", tmp_path / "target", progress)

    assert progress.fractions[-1] < 0.6


def test_a_range_gives_exactly_its_bytes(store: S3ObjectStore) -> None:
    content = noise(3 * MIB)
    store.put("range/object", content, "video/mp4")

    assert b"".join(store.open_range("range/object", 1_000_001, 70_000)) == content[1_000_001:1_070_001]
    assert b"".join(store.open_range("range/object", 0, 1)) == content[:1]
    assert b"".join(store.open_range("range/object", 3 * MIB - 5, 5)) == content[-5:]
    assert b"".join(store.open_range("range/object", 7, 0)) == b""


def test_a_large_object_is_read_in_small_chunks(store: S3ObjectStore) -> None:
    store.put("range/large", bytes(9 * MIB), "video/mp4")

    sizes = [len(chunk) for chunk in store.open_range("range/large", 0, 9 * MIB)]

    assert sum(sizes) == 9 * MIB
    assert max(sizes) <= 256 * 1024


def test_a_copy_has_the_bytes_the_type_and_the_digest_of_its_source(store: S3ObjectStore) -> None:
    content = noise(PART + 1)
    source = store.put_stream(Stream(content), "copy/temp", "video/mp4", PART)

    copied = store.copy(source, "copy/final.mp4")

    assert copied == replace(source, key="copy/final.mp4")
    found = store.stat("copy/final.mp4")
    assert found is not None
    assert (found.size_bytes, found.media_type, found.sha256) == (PART + 1, "video/mp4", source.sha256)
    assert b"".join(store.open_range("copy/final.mp4", 0, PART + 1)) == content


def test_a_source_too_large_for_one_copy_is_copied_in_parts(store_settings: StoreSettings) -> None:
    store = S3ObjectStore(store_settings, largest_copy=PART, copy_part_size=PART)
    content = noise(2 * PART + 17)
    source = store.put_stream(Stream(content), "compose/temp", "video/mp4", PART)

    store.copy(source, "compose/final.mp4")

    found = store.stat("compose/final.mp4")
    assert found is not None
    assert (found.media_type, found.sha256) == ("video/mp4", source.sha256)
    assert b"".join(store.open_range("compose/final.mp4", 0, len(content))) == content
    assert store.unfinished("compose/") == []


def test_a_copy_over_an_older_copy_replaces_it(store: S3ObjectStore) -> None:
    store.copy(store.put("again/one", b"first", "text/vtt"), "again/final.vtt")

    store.copy(store.put("again/two", b"second", "text/vtt"), "again/final.vtt")

    assert b"".join(store.open_range("again/final.vtt", 0, 6)) == b"second"


def test_copying_what_is_not_there_names_the_missing_object(store: S3ObjectStore) -> None:
    with pytest.raises(FileUnknown, match="nowhere"):
        store.copy(Artifact("nowhere", "video/mp4", 1, "0" * 64), "nowhere-copy")

    assert store.stat("nowhere-copy") is None
