"""Probing of every file of the corpus: right verdict, low cost, no access outside the job's folder."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest

from domain.errors import SenderError
from domain.media.containers import HEAD_SIZE, sniff
from tests.hostile.canary import Canary
from tests.hostile.conftest import Prober
from tests.hostile.corpus import CASES, passengers
from tests.hostile.corpus.case import Case, Site

MOST_CPU_S = 5.0
MOST_MEMORY_BYTES = 512 * 1024**2


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_verdict_is_right_and_cheap_and_the_sandbox_holds(
    case: Case, site: Site, prober: Prober, canary: Canary, job_path: Path
) -> None:
    (job_path / "source").write_bytes(case.make(site))
    around = sorted(path.name for path in job_path.parent.iterdir())

    judged = prober.judge(job_path / "source")

    assert judged.verdict in case.codes, judged
    assert judged.probe_cpu_s <= MOST_CPU_S
    assert judged.cpu_s - judged.probe_cpu_s <= MOST_CPU_S
    assert judged.peak_bytes <= MOST_MEMORY_BYTES
    assert canary.disturbed() == []
    assert sorted(path.name for path in job_path.parent.iterdir()) == around
    assert str(job_path) not in judged.detail
    assert not [path for path in job_path.rglob("*") if path.is_symlink() or not path.is_file()]
    shutil.rmtree(job_path)


def test_the_corpus_is_large_and_has_no_duplicate_case() -> None:
    names = [case.name for case in CASES]

    assert len(names) == len(set(names))
    assert len(names) >= 120


def test_the_canary_notices_a_read_a_write_a_connection_and_a_datagram(canary: Canary) -> None:
    canary.secret.read_text()
    (canary.secret.parent / "new").touch()
    with socket.create_connection(("127.0.0.1", canary.tcp_port)):
        pass
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"hello", ("127.0.0.1", canary.udp_port))

    noticed = " ".join(canary.disturbed())

    (canary.secret.parent / "new").unlink()
    canary.disturbed()
    for what in ("secret was touched", "new was touched", "a connection", "a datagram"):
        assert what in noticed


@pytest.mark.parametrize("case", passengers.CASES, ids=lambda case: case.name)
def test_unusual_but_valid_files_pass_the_type_check_of_the_upload(case: Case, site: Site) -> None:
    assert sniff(case.make(site)[:HEAD_SIZE])


LISTS = [
    case
    for case in CASES
    if case.name.startswith(("hls", "dash", "concat", "svg")) and "behind the head" not in case.name
]


@pytest.mark.parametrize("case", LISTS, ids=lambda case: case.name)
def test_files_that_refer_to_other_files_fail_the_type_check_of_the_upload(case: Case, site: Site) -> None:
    with pytest.raises(SenderError):
        sniff(case.make(site)[:HEAD_SIZE])
