"""Quotas of a caller and the messages of a refusal."""

from __future__ import annotations

import pytest

from domain.accounts.quotas import NO_QUOTAS, Quotas, Usage
from domain.errors import QuotaExceeded


def test_without_quotas_everything_is_accepted() -> None:
    NO_QUOTAS.check(Usage(10**6, 10**15, 10**15, 10**15), coming_bytes=10**12)


def test_the_last_task_within_the_quota_is_accepted_and_the_next_is_refused_with_the_numbers() -> None:
    quotas = Quotas(running_tasks=2)

    quotas.check(Usage(running_tasks=1))
    with pytest.raises(QuotaExceeded, match=r"^2 of your tasks have not ended; 2 may be open"):
        quotas.check(Usage(running_tasks=2))


def test_bytes_up_to_the_limit_are_accepted_and_one_more_is_refused() -> None:
    quotas = Quotas(daily_bytes=1000)

    quotas.check(Usage(daily_bytes=400), coming_bytes=600)
    with pytest.raises(
        QuotaExceeded, match="400 bytes in the last 24 hours, and this upload has at least 601"
    ):
        quotas.check(Usage(daily_bytes=400), coming_bytes=601)


def test_a_caller_without_bytes_left_is_refused_before_the_uploads_size_is_known() -> None:
    with pytest.raises(QuotaExceeded):
        Quotas(stored_bytes=1000).check(Usage(stored_bytes=1000))


def test_minutes_that_are_used_up_refuse_the_next_video() -> None:
    quotas = Quotas(daily_minutes=10)

    quotas.check(Usage(daily_media_us=599_999_999))
    with pytest.raises(QuotaExceeded, match=r"10\.0 minutes"):
        quotas.check(Usage(daily_media_us=600_000_000))
