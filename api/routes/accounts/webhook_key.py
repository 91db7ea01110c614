"""`GET /webhook-key`: the caller's key for verifying the signatures of webhooks."""

from __future__ import annotations

from fastapi import APIRouter

from api.access.rules import USERS_IN_PERSON, only_for
from api.dependencies import CallerKnown, ServicesNeeded
from api.schemas.accounts import WebhookKeyAnswer
from domain.errors import WebhooksAbsent
from domain.tasks.webhooks import owner_key, shown_key

router = APIRouter(tags=["accounts"])


@router.get("/webhook-key", summary="Get the key of your webhooks")
@only_for(USERS_IN_PERSON)
async def webhook_key(services: ServicesNeeded, caller: CallerKnown) -> WebhookKeyAnswer:
    """Verifies the signatures of your webhooks, with the libraries of standardwebhooks.com."""
    if not services.webhook_secret:
        raise WebhooksAbsent(
            "This installation sends no webhooks: the operator can enable them by WEBHOOK_SECRET."
        )
    return WebhookKeyAnswer(key=shown_key(owner_key(services.webhook_secret, caller.owner)))
