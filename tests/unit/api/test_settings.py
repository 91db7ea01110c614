"""Settings of the interface: strict defaults, and errors that name an invalid setting."""

from __future__ import annotations

import pytest

from api.settings import read_http
from domain.accounts.quotas import Quotas
from domain.errors import SettingInvalid


def test_the_defaults_have_rates_and_quotas_and_no_cors_origins() -> None:
    settings = read_http({})

    assert [str(rate) for rate in settings.rates.requests] == ["10 per 1 second"]
    assert [str(rate) for rate in settings.rates.uploads] == ["2 per 1 second"]
    assert settings.quotas == Quotas(100, 214_748_364_800, 6000, 0)
    assert (settings.cors_origins, settings.hsts, settings.trusted_proxies) == ((), False, ())
    assert (settings.listeners_each, settings.listeners) == (20, 500)
    assert settings.hosts == ()


def test_with_an_issuer_every_host_is_allowed() -> None:
    assert read_http({"OIDC_ISSUER": "https://login.example", "ALLOWED_HOSTS": "a.example"}).hosts == ("*",)
    assert read_http({"ALLOWED_HOSTS": "A.example, 192.0.2.1"}).hosts == ("a.example", "192.0.2.1")


def test_every_limit_can_be_set_and_disabled() -> None:
    settings = read_http(
        {
            "RATE_LIMIT": "5/second;1000/hour",
            "UPLOAD_RATE_LIMIT": "0",
            "QUOTA_RUNNING_TASKS": "3",
            "QUOTA_DAILY_BYTES": "0",
            "QUOTA_DAILY_MINUTES": "10",
            "QUOTA_STORED_BYTES": "1000",
            "CORS_ORIGINS": "https://a.example, https://b.example",
            "HSTS": "true",
            "TRUSTED_PROXIES": "10.0.0.0/8",
        }
    )

    assert [str(rate) for rate in settings.rates.requests] == ["5 per 1 second", "1000 per 1 hour"]
    assert settings.rates.uploads == ()
    assert settings.quotas == Quotas(3, 0, 10, 1000)
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert (settings.hsts, settings.trusted_proxies) == (True, ("10.0.0.0/8",))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RATE_LIMIT", ""),
        ("RATE_LIMIT", "many"),
        ("RATE_LIMIT", "0/second"),
        ("UPLOAD_RATE_LIMIT", "-1/second"),
        ("QUOTA_DAILY_BYTES", "1 GB"),
        ("QUOTA_RUNNING_TASKS", "-1"),
        ("QUOTA_STORED_BYTES", "٣"),
        ("EVENT_LISTENERS", "-1"),
        ("ALLOWED_HOSTS", "https://videos.example"),
        ("ALLOWED_HOSTS", "videos.example:8000"),
        ("HSTS", "yes"),
        ("CORS_ORIGINS", "videos.example"),
        ("TRUSTED_PROXIES", "nginx, "),
    ],
)
def test_an_invalid_setting_is_named_in_the_error(name: str, value: str) -> None:
    with pytest.raises(SettingInvalid, match=name):
        read_http({name: value})
