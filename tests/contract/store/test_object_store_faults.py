"""Object store: listings, removal, signed links, concurrency, and translation of failures."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import urllib3

from adapters.object_store import S3ObjectStore, StoreSettings
from domain.errors import FileUnknown, SettingInvalid, StoreUnavailable
from domain.storage.artifact import Artifact
from tests.contract.store.streams import PART, ProgressReporter, Stream, everything_below, noise
from tests.servers.ports import free_port


def test_a_missing_object_is_distinguished_from_a_failing_store(store: S3ObjectStore, tmp_path: Path) -> None:
    assert store.stat("missing/object") is None
    with pytest.raises(FileUnknown):
        store.download("missing/object", tmp_path / "target", ProgressReporter())
    with pytest.raises(FileUnknown):
        list(store.open_range("missing/object", 0, 10))


def test_removing_a_prefix_removes_its_objects_and_unfinished_uploads_only(
    store: S3ObjectStore,
) -> None:
    for number in range(3):
        store.put(f"temp/task-1/merger/1/{number}", b"x", "video/mp4")
    store.put("temp/task-10/keep", b"x", "video/mp4")
    for key in ("temp/task-1/merger/2/object", "temp/task-1/merger/3/object", "temp/task-10/open"):
        store._quick._create_multipart_upload(store._bucket, key, {})

    removed = store.remove_prefix("temp/task-1/")

    assert everything_below(store, "temp/task-1/") == ([], [])
    assert removed == 5
    assert store.stat("temp/task-10/keep") is not None
    assert store.remove_prefix("temp/task-1/") == 0
    store.remove_prefix("temp/task-10/")


def test_objects_younger_than_the_given_time_are_not_removed(store: S3ObjectStore) -> None:
    store.put("sweep/object", b"x", "video/mp4")
    store._quick._create_multipart_upload(store._bucket, "sweep/begun", {})
    an_hour = timedelta(hours=1)

    assert store.remove_older("sweep/", datetime.now(UTC) - an_hour) == 0
    assert everything_below(store, "sweep/") == (["sweep/object"], ["sweep/begun"])
    assert store.remove_older("sweep/", datetime.now(UTC) + an_hour) == 2
    assert everything_below(store, "sweep/") == ([], [])


def test_more_than_a_thousand_objects_are_listed_and_removed(store: S3ObjectStore) -> None:
    with ThreadPoolExecutor(16) as pool:
        for _ in pool.map(lambda number: store.put(f"many/{number:04}", b"x", "text/plain"), range(1_050)):
            pass

    keys = [found.key for found in store.list_prefix("many/")]

    assert keys == [f"many/{number:04}" for number in range(1_050)]
    assert store.remove_prefix("many/") == 1_050


def test_removing_one_object_twice_is_no_fault(store: S3ObjectStore) -> None:
    store.put("once", b"x", "text/plain")

    store.remove("once")
    store.remove("once")

    assert store.stat("once") is None


def test_a_signed_link_serves_ranges_and_nothing_else(store: S3ObjectStore) -> None:
    store.put("signed/final.mp4", b"0123456789", "video/mp4")
    url = store.presigned_get("signed/final.mp4", valid_s=60)

    with urllib3.PoolManager() as pool:
        answer = pool.request("GET", url, headers={"Range": "bytes=2-4"})
        overwrite = pool.request("PUT", url, body=b"changed")

    assert (answer.status, answer.data) == (206, b"234")
    assert overwrite.status == 403


def test_a_link_is_signed_for_the_public_address(store: S3ObjectStore, store_settings: StoreSettings) -> None:
    store.put("signed/public.mp4", b"0123456789", "video/mp4")
    port = store_settings.endpoint.rpartition(":")[2]
    outside = S3ObjectStore(replace(store_settings, public_url=f"http://localhost:{port}"))

    url = outside.presigned_get("signed/public.mp4", valid_s=60)

    assert url.startswith(f"http://localhost:{port}/")
    with urllib3.PoolManager() as pool:
        assert pool.request("GET", url).data == b"0123456789"


@pytest.mark.parametrize("url", ["media.example", "ftp://media.example", "https://media.example/bucket"])
def test_an_unusable_public_url_is_refused(store_settings: StoreSettings, url: str) -> None:
    with pytest.raises(SettingInvalid, match="S3_PUBLIC_URL"):
        S3ObjectStore(replace(store_settings, public_url=url))


def test_many_threads_share_one_store(store: S3ObjectStore) -> None:
    def there_and_back(number: int) -> bool:
        content = noise(50_000 + number)
        store.put(f"threads/{number}", content, "video/mp4")
        return b"".join(store.open_range(f"threads/{number}", 0, len(content))) == content

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(there_and_back, range(40)))


def test_concurrent_processes_create_the_bucket_once(store_settings: StoreSettings) -> None:
    stores = [S3ObjectStore(replace(store_settings, bucket="made-at-once")) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(lambda store: store.ensure_bucket(), stores):
            pass

    stores[0].ready()


def test_a_missing_bucket_is_not_ready(store_settings: StoreSettings) -> None:
    with pytest.raises(StoreUnavailable, match="no-such-bucket"):
        S3ObjectStore(replace(store_settings, bucket="no-such-bucket")).ready()


def test_wrong_keys_are_the_operators_fault(store_settings: StoreSettings) -> None:
    store = S3ObjectStore(replace(store_settings, secret_key="wrong-secret-key"))

    with pytest.raises(SettingInvalid):
        store.put("never", b"x", "text/plain")


def test_a_store_that_does_not_listen_is_unavailable(tmp_path: Path) -> None:
    store = S3ObjectStore(StoreSettings(f"127.0.0.1:{free_port()}", "key", "secret"))
    (tmp_path / "file").write_bytes(b"x")
    calls = [
        store.ready,
        store.ensure_bucket,
        lambda: store.stat("object"),
        lambda: list(store.open_range("object", 0, 1)),
        lambda: list(store.list_prefix("")),
        lambda: store.put("object", b"x", "text/plain"),
        lambda: store.put_stream(Stream(noise(PART)), "object", "video/mp4", PART),
        lambda: store.copy(Artifact("object", "video/mp4", 1, ""), "target"),
        lambda: store.download("object", tmp_path / "target", ProgressReporter()),
        lambda: store.upload(tmp_path / "file", "object", "text/plain", ProgressReporter()),
        lambda: store.remove("object"),
        lambda: store.remove_prefix("prefix/"),
    ]

    for call in calls:
        with pytest.raises(StoreUnavailable):
            call()


def test_a_server_that_hangs_up_in_the_middle_of_an_object_is_unavailable(tmp_path: Path) -> None:
    with _server_that_hangs_up() as endpoint:
        store = S3ObjectStore(StoreSettings(endpoint, "key", "secret"))

        with pytest.raises(StoreUnavailable):
            list(store.open_range("object", 0, 1000))


class _server_that_hangs_up:  # noqa: N801 - it is used as a `with` block
    """Server that announces 1,000 bytes, sends ten and closes."""

    def __enter__(self) -> str:
        import socket

        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 206 Partial Content\r\nContent-Length: 1000\r\n\r\n0123456789")

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._socket.close()
