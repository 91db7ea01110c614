"""Connection to the object store: settings, time limits, retries, and translation of errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from domain.errors import FileUnknown, SettingInvalid, StoreUnavailable

CONNECT_TIMEOUT_S = 2.0
ANSWER_TIMEOUT_S = 8.0
# A server-side copy, or joining the parts of an upload, answers only when all bytes are written.
COPY_TIMEOUT_S = 180.0

_MISSING = frozenset({"NoSuchKey", "NoSuchUpload", "ResourceNotFound"})
_OPERATOR = frozenset(
    {
        "AccessDenied",
        "AuthorizationHeaderMalformed",
        "InvalidAccessKeyId",
        "InvalidBucketName",
        "NoSuchBucket",
        "PermanentRedirect",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    }
)


@dataclass(frozen=True)
class StoreSettings:
    """Address, keys and bucket of the store; `endpoint` is `host:port` without a scheme.

    `public_url` is the server's address in links for browsers, if it differs from `endpoint`.
    """

    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)
    bucket: str = "video-pipeline"
    secure: bool = False
    region: str = "us-east-1"
    public_url: str = ""

    @property
    def as_reached_by_link(self) -> StoreSettings:
        """Settings for signed links: a signature is valid for one host only."""
        if not self.public_url:
            return self
        parts = urlsplit(self.public_url)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
            raise SettingInvalid(
                f"S3_PUBLIC_URL is {self.public_url!r}; it must be an address such as https://media.example."
            )
        return replace(self, endpoint=parts.netloc, secure=parts.scheme == "https", public_url="")


def connect(settings: StoreSettings, answer_timeout_s: float) -> Minio:
    """Makes a client; opens no connection. The region is given, so that the client doesn't request it."""
    try:
        return Minio(
            settings.endpoint,
            access_key=settings.access_key,
            secret_key=settings.secret_key,
            secure=settings.secure,
            region=settings.region,
            http_client=_pool(answer_timeout_s),
        )
    except ValueError as error:
        raise SettingInvalid(
            f"The object store's endpoint {settings.endpoint!r} can't be used: {error}."
        ) from error


def _pool(answer_timeout_s: float) -> urllib3.PoolManager:
    return urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=answer_timeout_s),
        # No limit: further connections are opened, and closed after use.
        maxsize=32,
        # No retry after a read timeout, so a call ends within one timeout; two retries for a busy server.
        retries=urllib3.Retry(
            total=3,
            connect=1,
            read=0,
            status=2,
            other=0,
            backoff_factor=0.2,
            status_forcelist=(500, 502, 503, 504),
        ),
    )


@contextmanager
def translated_errors(action: str) -> Iterator[None]:
    """Turn the client's exceptions into the product's; `action` names the operation in the message."""
    try:
        yield
    except S3Error as error:
        if error.code in _MISSING:
            raise FileUnknown(f"The object store holds nothing to {action}.") from error
        if error.code in _OPERATOR:
            raise SettingInvalid(
                f"The object store refused to {action}: {error.code}, {error.message}"
            ) from error
        raise StoreUnavailable(
            f"The object store failed to {action}: {error.code}, {error.message}"
        ) from error
    except (HTTPError, MinioException) as error:
        raise StoreUnavailable(f"The object store does not answer ({action}): {error}") from error
