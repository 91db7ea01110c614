"""Access rules: each route declares who may call it, and a route without a rule refuses every request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from fastapi import FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.requests import ClientDisconnect

from api.access.accounts import Accounts
from api.access.callers import Caller, client_of, token_of
from api.http.body import drain
from domain.accounts.identity import Identity, Role
from domain.errors import PipelineError, RoleMissing, TokenMissing

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_RULE = "_access_rule"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Rule:
    """Access rule of a route: callers with `role`, or everybody when it is None.

    The operator can open a `group` of routes to everybody; with `in_person` API keys are refused.
    """

    role: Role | None
    group: str = ""
    in_person: bool = False


EVERYBODY = Rule(None)
USERS = Rule(Role.USER)
USERS_IN_PERSON = Rule(Role.USER, in_person=True)
ADMINS = Rule(Role.ADMIN)
DOCUMENTS = Rule(Role.USER, group="docs")
METRICS = Rule(Role.ADMIN, group="metrics")


def only_for(rule: Rule) -> Callable[[Endpoint], Endpoint]:
    """Decorator that sets the access rule of a route; it goes below the decorators of the paths."""

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _RULE, rule)
        return endpoint

    return declare


def rule_of(endpoint: Callable[..., Any] | None) -> Rule | None:
    rule: Rule | None = getattr(endpoint, _RULE, None)
    return rule


def require_access_rules(app: FastAPI) -> None:
    """Raises `TypeError` for routes that the access rules don't cover: mounts, and routes of Starlette."""
    unprotected = [
        context.path
        for context in iter_route_contexts(app.routes)
        if not isinstance(context.original_route, APIRoute)
    ]
    if unprotected:
        raise TypeError(f"access rules don't cover {unprotected}: declare them as FastAPI routes")


async def _identity_of(request: Request) -> Identity:
    known: Identity | None = getattr(request.state, "identity", None)
    if known is not None:
        # The rate limits have checked the token already.
        return known
    accounts: Accounts = request.app.state.services.accounts
    token = token_of(request)
    if accounts.ask_for_token and not token:
        raise TokenMissing("Authentication required: send `Authorization: Bearer <token or API key>`.")
    return await accounts.identity(token)


class AccessRules:
    """Dependency of the whole app, so that it runs before the dependencies of a route."""

    def __init__(self, open_groups: tuple[str, ...]) -> None:
        self._open_groups = open_groups

    async def __call__(self, request: Request) -> None:
        try:
            identity = await self._identity(request)
        except PipelineError:
            # The sender of an upload reads the response only after its bytes are read.
            with suppress(ClientDisconnect):
                await drain(request.stream())
            raise
        request.state.caller = Caller(identity, client_of(request)) if identity else None

    async def _identity(self, request: Request) -> Identity | None:
        rule = rule_of(request.scope["route"].endpoint)
        if rule is None:
            _log.error("route_without_rule", path=request.scope["route"].path)
            raise RoleMissing("This route has no access rule.")
        if rule.role is None or rule.group in self._open_groups:
            return None
        identity = await _identity_of(request)
        if not identity.has(rule.role):
            raise RoleMissing(f"Access denied: this call requires the role {rule.role.value!r}.")
        if rule.in_person and identity.by_key:
            raise RoleMissing(
                "Access denied: this call does not accept API keys, send a token of your account."
            )
        return identity
