"""Settings of the HTTP interface and the library: rates, quotas, CORS origins, hosts, links, style."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from limits import RateLimitItem, parse_many

from adapters.settings import choice, positive
from api.subtitle_style import STYLE_FIELDS, style_of
from domain.accounts.quotas import NO_QUOTAS, Quotas
from domain.errors import FormInvalid, SettingInvalid
from domain.subtitles.style import READABLE, CueStyle

_GIB = 1024**3
_ORIGIN = re.compile(r"https?://[^/?#,\s]+|\*")
_ORIGIN_AND_PATH = re.compile(r"https?://[^?#,\s]+")
_CACHE_CONTROL = re.compile(r"[a-z0-9=, -]{1,200}")
_GROUP = re.compile(r"docs|metrics")
_HOST = re.compile(r"[0-9a-zA-Z._-]+|[0-9a-fA-F:]+|\*")
_ADDRESS = re.compile(r"[0-9a-fA-F.:]+(?:/\d{1,3})?|\*")


EVERY_HOST = ("*",)


@dataclass(frozen=True)
class RateLimits:
    """Rate limits of one caller, for all requests and for uploads. An empty tuple is no limit."""

    requests: tuple[RateLimitItem, ...] = ()
    uploads: tuple[RateLimitItem, ...] = ()


@dataclass(frozen=True)
class HttpSettings:
    """Settings of the HTTP interface. By default no limits and no CORS; `read_http` has stricter defaults."""

    rates: RateLimits = RateLimits()
    quotas: Quotas = NO_QUOTAS
    cors_origins: tuple[str, ...] = ()
    hsts: bool = False
    trusted_proxies: tuple[str, ...] = ()
    open_groups: tuple[str, ...] = ()
    hosts: tuple[str, ...] = EVERY_HOST
    listeners_each: int = 0
    listeners: int = 0


UNLIMITED = HttpSettings()


@dataclass(frozen=True)
class LibrarySettings:
    """Settings of the library: links, caching, and the style of burned subtitles.

    `api_url` is the prefix of every link, for a CDN or a proxy. With `redirects`, streams are redirected
    to the object store, by a link that is valid for `link_valid_s` seconds.
    """

    api_url: str = ""
    link_valid_s: int = 3600
    redirects: bool = False
    cache_control: str = "private, no-cache"
    style: CueStyle = READABLE


def read_library(env: Mapping[str, str] = os.environ) -> LibrarySettings:
    """Reads the library's settings. The style's variables are the form's fields in upper case."""
    url = env.get("API_URL", "").rstrip("/")
    if url and not _ORIGIN_AND_PATH.fullmatch(url):
        raise SettingInvalid(f"API_URL is {url!r}; it must be a URL such as https://videos.example.")
    cache_control = env.get("STREAM_CACHE_CONTROL", "private, no-cache")
    if not _CACHE_CONTROL.fullmatch(cache_control):
        raise SettingInvalid(
            f"STREAM_CACHE_CONTROL is {cache_control!r}; it must be a Cache-Control header value."
        )
    try:
        style = style_of({field: env.get(field.upper(), "") for field in STYLE_FIELDS})
    except FormInvalid as error:
        raise SettingInvalid(str(error)) from error
    return LibrarySettings(
        api_url=url,
        link_valid_s=positive(env.get("S3_PRESIGNED_URL_EXPIRATION", "3600"), "S3_PRESIGNED_URL_EXPIRATION"),
        redirects=choice(env, "STREAM_REDIRECT", "false", ("true", "false")) == "true",
        cache_control=cache_control,
        style=style,
    )


def read_http(env: Mapping[str, str] = os.environ) -> HttpSettings:
    """Reads the settings of the HTTP interface. A limit of 0 means no limit."""
    return HttpSettings(
        rates=RateLimits(
            requests=_rates(env, "RATE_LIMIT", "10/second"),
            uploads=_rates(env, "UPLOAD_RATE_LIMIT", "2/second"),
        ),
        quotas=Quotas(
            running_tasks=_whole(env, "QUOTA_RUNNING_TASKS", 100),
            daily_bytes=_whole(env, "QUOTA_DAILY_BYTES", 200 * _GIB),
            daily_minutes=_whole(env, "QUOTA_DAILY_MINUTES", 6000),
            stored_bytes=_whole(env, "QUOTA_STORED_BYTES", 0),
        ),
        cors_origins=_list(env, "CORS_ORIGINS", _ORIGIN, "origins such as https://videos.example, or *"),
        hsts=choice(env, "HSTS", "false", ("true", "false")) == "true",
        trusted_proxies=_list(env, "TRUSTED_PROXIES", _ADDRESS, "IP addresses or networks, or *"),
        open_groups=_list(env, "OPEN_TO_ALL", _GROUP, "docs, metrics, or both"),
        hosts=_hosts(env),
        listeners_each=_whole(env, "EVENT_LISTENERS_EACH", 20),
        listeners=_whole(env, "EVENT_LISTENERS", 500),
    )


def _hosts(env: Mapping[str, str]) -> tuple[str, ...]:
    """Allowed values of the Host header beside loopback names; any host where tokens are required.

    The check stops DNS rebinding: without tokens, a page of any site could call the API under a name of
    its own that resolves to this machine.
    """
    named = _list(env, "ALLOWED_HOSTS", _HOST, "host names or addresses without a port")
    return EVERY_HOST if env.get("OIDC_ISSUER") else tuple(name.lower() for name in named)


def _rates(env: Mapping[str, str], name: str, default: str) -> tuple[RateLimitItem, ...]:
    text = env.get(name, default).strip()
    if text == "0":
        return ()
    try:
        rates = tuple(parse_many(text))
    except ValueError:
        rates = ()
    if not rates or any(rate.amount < 1 for rate in rates):
        raise SettingInvalid(
            f"{name} is {text!r}; it must be 0 (no limit) or rates such as 10/second or 10/second;1000/hour."
        )
    return rates


def _list(env: Mapping[str, str], name: str, form: re.Pattern[str], needed: str) -> tuple[str, ...]:
    items = tuple(item.strip() for item in env.get(name, "").split(",") if item.strip())
    if not all(form.fullmatch(item) for item in items):
        raise SettingInvalid(f"{name} is {env[name]!r}; it must be {needed}, separated by commas.")
    return items


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not (text.isascii() and text.isdecimal()):
        raise SettingInvalid(f"{name} is {text!r}; it must be a whole number, or 0 for no limit.")
    return int(text)
