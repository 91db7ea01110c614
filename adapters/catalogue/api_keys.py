"""API keys: made, listed, revoked and checked here; only their hashes are stored."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass, field

from sqlalchemy import Engine, func, or_, update
from sqlmodel import Session, col, select

from adapters.catalogue.api_key_model import ApiKeyRow
from adapters.catalogue.engine import lock_owner, translated_errors, write_locked
from domain.accounts.identity import Identity, Plan, Role, plan_of
from domain.errors import KeyLimitReached, KeyUnknown, TokenRefused

KEY_MARK = "vpk_"
"""Prefix of every key: tells it from a token, and lets secret scanners find a leaked one."""

# 256 random bits can't be guessed, so a fast hash is safe where a password would need a slow one.
_SECRET_BYTES = 32
_PREFIX_LETTERS = 8
_MAX_KEYS = 100
# The last use is shown to people only, so a row is not written at each request.
_USE_WRITE_INTERVAL_US = 60 * 1_000_000


@dataclass(frozen=True)
class NewKey:
    """New key; its `secret` is shown to the owner once."""

    row: ApiKeyRow
    secret: str = field(repr=False)


class ApiKeys:
    """Store of API keys, safe for many threads and processes. Every call raises `CatalogueUnavailable`
    when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = write_locked(engine)

    def make(self, owner: str, name: str, plan: Plan, at_us: int) -> NewKey:
        """Make a key for the owner. Raises `KeyLimitReached` at the limit of active keys."""
        secret = KEY_MARK + secrets.token_urlsafe(_SECRET_BYTES)
        row = ApiKeyRow(
            id=f"key-{uuid.uuid4().hex}",
            owner=owner,
            name=name,
            prefix=secret[: len(KEY_MARK) + _PREFIX_LETTERS],
            secret_sha256=_hash(secret),
            plan=plan.value,
            created_us=at_us,
        )
        active_keys = select(func.count()).where(
            col(ApiKeyRow.owner) == owner, col(ApiKeyRow.revoked_us).is_(None)
        )
        with (
            translated_errors("store an API key"),
            Session(self._writer, expire_on_commit=False) as session,
        ):
            lock_owner(session, owner)
            if session.exec(active_keys).one() >= _MAX_KEYS:
                raise KeyLimitReached(f"You have {_MAX_KEYS} API keys, the most allowed: revoke unused ones.")
            session.add(row)
            session.commit()
        return NewKey(row, secret)

    def of(self, owner: str | None) -> list[ApiKeyRow]:
        """Keys of the owner, or of all owners for None, newest first, revoked ones included."""
        query = select(ApiKeyRow).order_by(col(ApiKeyRow.created_us).desc(), col(ApiKeyRow.id).desc())
        if owner is not None:
            query = query.where(ApiKeyRow.owner == owner)
        with translated_errors("list the API keys"), Session(self._engine) as session:
            return list(session.exec(query).all())

    def revoke(self, key_id: str, owner: str | None, at_us: int) -> None:
        """Revoke a key of the owner, or of any owner for None; again is no fault. Raises `KeyUnknown`."""
        with translated_errors("revoke an API key"), Session(self._writer) as session:
            row = session.get(ApiKeyRow, key_id)
            if row is None or owner not in (None, row.owner):
                raise KeyUnknown(f"You have no API key {key_id[:80]!r}.")
            if row.revoked_us is None:
                row.revoked_us = at_us
                session.add(row)
                session.commit()

    def identity(self, secret: str, at_us: int) -> Identity:
        """Identity of the key's owner. Raises `TokenRefused` for an unknown or revoked key."""
        query = select(ApiKeyRow).where(ApiKeyRow.secret_sha256 == _hash(secret))
        with translated_errors("look up an API key"), Session(self._engine) as session:
            row = session.exec(query).first()
        if row is None:
            raise TokenRefused("The API key is unknown.")
        if row.revoked_us is not None:
            raise TokenRefused(f"The API key {row.prefix}… was revoked.")
        if row.last_used_us is None or at_us - row.last_used_us >= _USE_WRITE_INTERVAL_US:
            self._record_use(row.id, at_us)
        return Identity(row.owner, frozenset({Role.USER}), plan_of(row.plan), by_key=True)

    def _record_use(self, key_id: str, at_us: int) -> None:
        earlier = or_(col(ApiKeyRow.last_used_us).is_(None), col(ApiKeyRow.last_used_us) < at_us)
        statement = update(ApiKeyRow).where(col(ApiKeyRow.id) == key_id, earlier).values(last_used_us=at_us)
        with translated_errors("record the use of an API key"), Session(self._writer) as session:
            session.connection().execute(statement)
            session.commit()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
