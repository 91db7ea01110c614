"""The one place that lets a request in or not: each route says for whom it is, and one that says nothing is
for nobody."""

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

_RULE = "_rule_of_the_gate"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Rule:
    """Whom a route is for: whoever has `role`, or everybody when it is None.

    `group` is a name by which the operator may open it to everybody; with `in_person` no API key will do.
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
    """Stands right above a route's function, below its paths."""

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _RULE, rule)
        return endpoint

    return declare


def rule_of(endpoint: Callable[..., Any] | None) -> Rule | None:
    rule: Rule | None = getattr(endpoint, _RULE, None)
    return rule


def require_access_rules(app: FastAPI) -> None:
    """Refuse an app with a route that would not come by the gate: a mount, or a bare route of Starlette's."""
    passing = [
        context.path
        for context in iter_route_contexts(app.routes)
        if not isinstance(context.original_route, APIRoute)
    ]
    if passing:
        raise TypeError(f"nobody would be asked for an account at {passing}: they must be FastAPI's routes")


async def _identity_of(request: Request) -> Identity:
    known: Identity | None = getattr(request.state, "identity", None)
    if known is not None:
        # Whoever counts requests has looked at the token already.
        return known
    accounts: Accounts = request.app.state.services.accounts
    token = token_of(request)
    if accounts.ask_for_token and not token:
        raise TokenMissing("Send a token or an API key: `Authorization: Bearer …`.")
    return await accounts.identity(token)


class AccessRules:
    """A dependency of the whole app, so that it comes before whatever else a route asks for."""

    def __init__(self, open_groups: tuple[str, ...]) -> None:
        self._open_groups = open_groups

    async def __call__(self, request: Request) -> None:
        try:
            identity = await self._identity(request)
        except PipelineError:
            # The sender of an upload would not read the answer before its bytes are taken.
            with suppress(ClientDisconnect):
                await drain(request.stream())
            raise
        request.state.caller = Caller(identity, client_of(request)) if identity else None

    async def _identity(self, request: Request) -> Identity | None:
        rule = rule_of(request.scope["route"].endpoint)
        if rule is None:
            _log.error("route_without_rule", path=request.scope["route"].path)
            raise RoleMissing("Nobody may do this: it is not said for whom it is.")
        if rule.role is None or rule.group in self._open_groups:
            return None
        identity = await _identity_of(request)
        if not identity.has(rule.role):
            raise RoleMissing(f"This is only for those who have the role {rule.role.value!r}.")
        if rule.in_person and identity.by_key:
            raise RoleMissing("An API key can't do this: come with a token of your own.")
        return identity
