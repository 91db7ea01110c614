"""`notify`: sends the webhook about a task's end to the caller's server."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from temporalio import activity

from activities.attempts.failures import as_failure
from domain.errors import PipelineError, SettingInvalid
from domain.tasks.webhooks import NotifyInput, owner_key, signed_headers, webhook_of


class WebhookTransport(Protocol):
    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Sends one POST. Raises `WebhookForbidden` for a forbidden address, `WebhookUndelivered` unless
        the answer is 2xx."""


@dataclass(frozen=True)
class Notify:
    """`secret` is the installation's, from which each owner's key is derived."""

    sender: WebhookTransport
    secret: str

    @activity.defn(name="notify", no_thread_cancel_exception=True)
    def run(self, request: NotifyInput) -> None:
        webhook = webhook_of(request.state)
        try:
            if not self.secret:
                raise SettingInvalid("WEBHOOK_SECRET is not set, so no webhook can be signed: set it.")
            headers = signed_headers(webhook, owner_key(self.secret, request.owner), int(time.time()))
            self.sender.post(request.url, headers, webhook.body)
        except PipelineError as error:
            raise as_failure(error) from error
