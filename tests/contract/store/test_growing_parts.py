"""A part is written while it is still being received, whole or not at all."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from adapters.object_store import GivenUp, GrowingPart, S3ObjectStore, StoreSettings
from adapters.object_store.connection import connect
from adapters.object_store.numbered import NumberedParts
from domain.errors import FileUnknown, StoreUnavailable
from tests.contract.store.streams import PART, noise
from tests.servers.ports import free_port


def growing(size_bytes: int) -> GrowingPart:
    return GrowingPart(memoryview(bytearray(size_bytes)))


def whole(content: bytes) -> GrowingPart:
    part = growing(len(content))
    part.add(memoryview(content))
    return part


def test_a_part_is_written_while_it_is_received(store: S3ObjectStore) -> None:
    content = noise(PART + 17)
    upload_id = store.parts.begin("growing/one", "video/mp4")
    first, last = growing(PART), whole(content[PART:])

    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(store.parts.stream, "growing/one", upload_id, 1, first.blocks(), PART)
        for start in range(0, PART, 65_536):
            first.add(memoryview(content)[start : start + 65_536])
        parts = [writing.result(), store.parts.stream("growing/one", upload_id, 2, last.blocks(), 17)]
    store.parts.complete("growing/one", upload_id, parts, len(content))

    assert first.room_bytes == 0
    assert b"".join(store.open_range("growing/one", 0, len(content))) == content


def test_a_part_that_is_given_up_still_has_the_received_bytes(store: S3ObjectStore) -> None:
    content = noise(PART)
    upload_id = store.parts.begin("growing/given-up", "video/mp4")
    part = growing(PART)

    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(store.parts.stream, "growing/given-up", upload_id, 1, part.blocks(), PART)
        part.add(memoryview(content)[: 2 * 1024 * 1024])
        part.give_up()
        with pytest.raises(GivenUp):
            writing.result()

    assert (len(part), part.first(PART)) == (2 * 1024 * 1024, content[: 2 * 1024 * 1024])
    again = store.parts.write("growing/given-up", upload_id, 2, content)
    store.parts.complete("growing/given-up", upload_id, [again], PART)
    assert b"".join(store.open_range("growing/given-up", 0, PART)) == content


def test_a_part_of_an_upload_that_is_gone_is_unknown(store: S3ObjectStore) -> None:
    upload_id = store.parts.begin("growing/dropped", "video/mp4")
    store.parts.drop("growing/dropped", upload_id)

    with pytest.raises(FileUnknown):
        store.parts.stream("growing/dropped", upload_id, 1, whole(b"x").blocks(), 1)


def test_a_store_that_is_gone_or_does_not_answer_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (free_port(), silent.getsockname()[1]):
            settings = StoreSettings(f"127.0.0.1:{port}", "key", "secret")
            client = connect(settings, answer_timeout_s=0.5)
            parts = NumberedParts(client, client, settings.bucket)

            with pytest.raises(StoreUnavailable):
                parts.stream("key", "upload", 1, whole(noise(PART)).blocks(), PART)


def test_wrong_keys_are_distinguished_from_a_failing_store(
    store: S3ObjectStore, store_settings: StoreSettings
) -> None:
    upload_id = store.parts.begin("growing/keys", "video/mp4")
    stranger = S3ObjectStore(replace(store_settings, secret_key="wrong-secret-key"))

    with pytest.raises(Exception, match="SignatureDoesNotMatch") as fault:
        stranger.parts.stream("growing/keys", upload_id, 1, whole(b"x").blocks(), 1)

    assert type(fault.value).__name__ == "SettingInvalid"
