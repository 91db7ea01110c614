"""The proxy is transparent to a real S3 server, and injects exactly the fault that is set."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
from urllib3.exceptions import HTTPError

from adapters.object_store import S3ObjectStore, StoreSettings
from domain.errors import StoreUnavailable
from tests.chaos.event_loop import Background
from tests.chaos.faults.store_proxy import Harm, StoreProxy, Trouble
from tests.contract.store.servers import s3_server
from tests.contract.store.streams import PART, Stream, everything_below, noise
from tests.servers.ports import free_port


@dataclass
class Setup:
    """The same bucket through the proxy, and directly."""

    proxy: StoreProxy
    through: S3ObjectStore
    past: S3ObjectStore


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreSettings]:
    with s3_server("versitygw", tmp_path_factory.mktemp("s3")) as settings:
        yield settings


@pytest.fixture
def setup(settings: StoreSettings) -> Iterator[Setup]:
    host, port = settings.endpoint.split(":")
    own_port = free_port()
    with Background() as background:
        proxy = StoreProxy(background, own_port, (host, int(port)))
        through = S3ObjectStore(replace(settings, endpoint=f"127.0.0.1:{own_port}"))
        through.ensure_bucket()
        yield Setup(proxy, through, S3ObjectStore(settings))
        proxy.close()


def test_signed_requests_of_every_kind_pass_through_unchanged(setup: Setup) -> None:
    content = noise(2 * PART + 5)

    stored = setup.through.put_stream(Stream(content), "parts", "video/mp4", PART)
    setup.through.copy(stored, "copy")
    assert b"".join(setup.through.open_range("copy", 0, len(content))) == content
    assert [found.key for found in setup.through.list_prefix("")] == ["copy", "parts"]
    assert setup.through.stat("missing") is None
    assert setup.through.remove_prefix("") == 2


def test_a_busy_store_is_unavailable_and_works_again_afterwards(setup: Setup) -> None:
    setup.proxy.trouble = Trouble(Harm.BUSY)
    with pytest.raises(StoreUnavailable):
        setup.through.put("busy", b"x", "text/plain")
    setup.proxy.trouble = None

    setup.through.put("busy", b"x", "text/plain")

    assert everything_below(setup.past, "busy") == (["busy"], [])


def test_a_connection_cut_in_the_middle_of_a_part_leaves_no_object(setup: Setup) -> None:
    setup.proxy.trouble = Trouble(Harm.CUT_REQUEST, 0.2, writes_only=True)

    with pytest.raises(StoreUnavailable):
        setup.through.put_stream(Stream(noise(2 * PART)), "cut", "video/mp4", PART)

    assert setup.past.stat("cut") is None


def test_a_truncated_answer_is_not_accepted_as_the_object(setup: Setup) -> None:
    setup.past.put("whole", noise(500_000), "video/mp4")
    setup.proxy.trouble = Trouble(Harm.CUT_ANSWER, 0.2)

    with pytest.raises(StoreUnavailable):
        list(setup.through.open_range("whole", 0, 500_000))


def test_a_write_whose_reply_is_lost_was_carried_out(setup: Setup) -> None:
    setup.proxy.trouble = Trouble(Harm.LOST_REPLY, writes_only=True)

    with pytest.raises(HTTPError):
        setup.through._quick._put_object(setup.through._bucket, "written", b"x", {})

    assert setup.past.stat("written") is not None


@pytest.mark.parametrize("size", [1, 2 * PART], ids=["at once", "in parts"])
def test_the_product_undoes_a_write_whose_reply_is_lost(setup: Setup, size: int) -> None:
    setup.proxy.trouble = Trouble(Harm.LOST_REPLY, writes_only=True)

    with pytest.raises(StoreUnavailable):
        setup.through.put_stream(Stream(noise(size)), "taken-back", "video/mp4", PART)

    assert everything_below(setup.past, "taken-back") == ([], [])


def test_a_request_is_held_before_or_after_the_server_handles_it(setup: Setup) -> None:
    with ThreadPoolExecutor(1) as pool:
        for before in (True, False):
            key = f"held-{before}"
            setup.proxy.reset_calls()
            gate = setup.proxy.hold(1, before=before)
            writing = pool.submit(setup.through.put, key, b"x", "text/plain")
            assert gate.reached.wait(30)
            assert (setup.past.stat(key) is None) is before
            setup.proxy.release()
            writing.result(30)

    assert [call.method for call in setup.proxy.calls] == ["PUT"]


def test_a_fault_that_is_set_while_a_request_is_held_applies_to_it(setup: Setup) -> None:
    setup.proxy.reset_calls()
    gate = setup.proxy.hold(1, before=True)
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(setup.through.put, "held-and-broken", b"x", "text/plain")
        assert gate.reached.wait(30)
        setup.proxy.trouble = Trouble(Harm.LOST_REPLY, writes_only=True)
        setup.proxy.release()

        with pytest.raises(StoreUnavailable):
            writing.result(60)

    assert setup.proxy.harmed >= 1
