"""A transcription whose process is killed continues in another one, with exactly the same words."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from adapters.object_store import StoreSettings
from adapters.object_store.store import S3ObjectStore
from domain.speech.words_file import read_words
from domain.subtitles.breaking import break_into_cues
from domain.subtitles.files import to_srt, to_webvtt
from tests.contract.speech.conftest import BYTES_PER_SECOND, SpeechClip
from tests.contract.store.servers import s3_server

REPOSITORY = Path(__file__).parents[3]
NEVER = 1000


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[StoreSettings]:
    with s3_server("versitygw", tmp_path) as settings:
        S3ObjectStore(settings).ensure_bucket()
        yield settings


@pytest.fixture
def two_minutes(clip: Callable[[str], SpeechClip], tmp_path: Path) -> Path:
    """Demo clip's sound six times, so that there are several groups of regions."""
    sound = clip("demo").pcm_path.read_bytes()
    path = tmp_path / "sound.pcm"
    path.write_bytes((sound[: 20 * BYTES_PER_SECOND] * 6)[: 120 * BYTES_PER_SECOND])
    return path


def transcriber(settings: StoreSettings, pcm_path: Path, block_after: int) -> subprocess.Popen[str]:
    where = [settings.endpoint, settings.access_key, settings.secret_key, settings.bucket]
    command = [sys.executable, "-m", "tests.contract.speech.transcriber", *where, str(pcm_path)]
    return subprocess.Popen(
        [*command, str(block_after)],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )


def transcribed_groups(lines: list[str]) -> list[str]:
    """Transcribed groups of regions; the first saved entry is the voice detection's."""
    return [line for line in lines if line.startswith("done ") and not line.startswith("done 0 120000000")]


def subtitles(lines: list[str]) -> tuple[str, str]:
    words = read_words(lines[-1].encode())
    assert words is not None
    cues = break_into_cues(words, 120_000_000, Fraction(40_000), language="en")
    return to_srt(cues), to_webvtt(cues, "en")


def test_after_a_crash_only_the_interrupted_group_is_transcribed_again(
    settings: StoreSettings, two_minutes: Path
) -> None:
    first = transcriber(settings, two_minutes, block_after=3)
    assert first.stdout is not None
    first_lines: list[str] = []
    for line in first.stdout:
        if line == "blocked\n":
            break
        first_lines.append(line.strip())
    first.send_signal(signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL

    second, _ = transcriber(settings, two_minutes, NEVER).communicate()
    lines = second.splitlines()
    second_groups = transcribed_groups(lines)

    S3ObjectStore(settings).remove_prefix("kept/regions/")
    whole, _ = transcriber(settings, two_minutes, NEVER).communicate()
    all_groups = transcribed_groups(whole.splitlines())

    assert len(transcribed_groups(first_lines)) == 2
    assert len(all_groups) >= 4
    assert transcribed_groups(first_lines) + second_groups == all_groups
    assert subtitles(lines) == subtitles(whole.splitlines())
    assert lines[-1] == whole.splitlines()[-1]
    spans = [tuple(map(int, group.split()[1:])) for group in all_groups]
    assert all(end_us - start_us <= 60_000_000 for start_us, end_us in spans)
