"""Settings of encodes and of the upkeep: defaults, and refusals by name."""

from __future__ import annotations

import pytest

from adapters.settings import read_media, read_tasks, read_upkeep
from domain.errors import SettingInvalid
from domain.messages.upkeep import UpkeepInput


def test_the_defaults_are_those_of_the_documents() -> None:
    assert (read_media({}).recipe.codec, read_media({}).recipe.preset) == ("libx264", "medium")
    assert read_tasks({}).ffmpeg_timeout_s == 600
    assert read_upkeep({}) == UpkeepInput(retention_s=7_776_000)


def test_old_videos_can_stay_or_move() -> None:
    assert read_upkeep({"RETENTION_DAYS": "0"}).retention_s == 0
    assert read_upkeep({"S3_ARCHIVE_BUCKET": "attic"}).archive_bucket == "attic"


@pytest.mark.parametrize("days", ["-1", "1.5", "", "٩", "999999"])
def test_a_retention_that_is_no_number_of_days_is_refused(days: str) -> None:
    with pytest.raises(SettingInvalid, match="RETENTION_DAYS"):
        read_upkeep({"RETENTION_DAYS": days})


def test_an_encoder_whose_quality_means_something_else_is_refused() -> None:
    with pytest.raises(SettingInvalid, match="FFMPEG_CODEC"):
        read_media({"FFMPEG_CODEC": "h264_nvenc"})


def test_a_limit_of_no_time_is_refused() -> None:
    with pytest.raises(SettingInvalid, match="FFMPEG_TIMEOUT"):
        read_tasks({"FFMPEG_TIMEOUT": "0"})


def test_an_encode_uses_every_core_unless_a_number_is_set() -> None:
    assert read_media({}).recipe.threads == 0
    assert read_media({"FFMPEG_THREADS": "4"}).recipe.threads == 4
    with pytest.raises(SettingInvalid, match="FFMPEG_THREADS"):
        read_media({"FFMPEG_THREADS": "0"})
