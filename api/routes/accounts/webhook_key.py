"""`GET /webhook-key`: the key by which the caller's own server knows that a webhook is ours."""

from __future__ import annotations

from fastapi import APIRouter

from api.access.rules import USERS_IN_PERSON, only_for
from api.dependencies import CallerKnown, ServicesNeeded
from api.schemas.accounts import WebhookKeyAnswer
from domain.errors import WebhooksAbsent
from domain.tasks.webhooks import owner_key, shown_key

router = APIRouter(tags=["accounts"])


@router.get("/webhook-key", summary="See the key of your webhooks")
@only_for(USERS_IN_PERSON)
async def webhook_key(services: ServicesNeeded, caller: CallerKnown) -> WebhookKeyAnswer:
    """Webhooks are signed as standardwebhooks.com says; its libraries take this key."""
    if not services.webhook_secret:
        raise WebhooksAbsent("This installation sends no webhooks: its operator has set no WEBHOOK_SECRET.")
    return WebhookKeyAnswer(key=shown_key(owner_key(services.webhook_secret, caller.owner)))
