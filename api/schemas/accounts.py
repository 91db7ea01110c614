"""Response models of API keys and the webhook key."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from adapters.catalogue import ApiKeyRow
from api.schemas.tasks import Answer, instant, moment


class ApiKeyAnswer(Answer):
    """An API key without its secret; `prefix` has its first characters."""

    id: Annotated[str, Field(examples=["key-5f0c"])]
    owner: str
    name: Annotated[str, Field(examples=["camera 3"])]
    prefix: Annotated[str, Field(examples=["vpk_Zk3vAq9x"])]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewApiKeyAnswer(ApiKeyAnswer):
    """A new API key; only this response contains `key`."""

    key: Annotated[str, Field(examples=["vpk_Zk3vAq9x…"])]


class WebhookKeyAnswer(Answer):
    """The key that verifies the signatures of the caller's webhooks."""

    key: Annotated[str, Field(examples=["whsec_…"])]


class ApiKeyList(Answer):
    """API keys, newest first."""

    keys: list[ApiKeyAnswer]


def api_key(row: ApiKeyRow) -> ApiKeyAnswer:
    return ApiKeyAnswer(
        id=row.id,
        owner=row.owner,
        name=row.name,
        prefix=row.prefix,
        created_at=instant(row.created_us),
        last_used_at=moment(row.last_used_us),
        revoked_at=moment(row.revoked_us),
    )
