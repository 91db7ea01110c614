"""Which API keys are good: made here, kept as a hash only, and for ever useless once they are revoked."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass, field

from sqlalchemy import Engine, func, or_, update
from sqlmodel import Session, col, select

from adapters.catalogue.api_key_model import ApiKeyRow
from adapters.catalogue.engine import hold_owner, naming_faults, writing
from domain.accounts.identity import Identity, Plan, Role, plan_of
from domain.errors import KeyLimitReached, KeyUnknown, TokenRefused

KEY_MARK = "vpk_"
"""How every key begins, so that it is told from a token, and found where it was left lying about."""

# 256 random bits can't be guessed, so a fast hash keeps them as well as a slow one keeps a password.
_SECRET_BYTES = 32
_SHOWN_LETTERS = 8
_MOST_KEYS = 100
# The last use is for people to look at: a row is not written for each request.
_USE_NOTED_EVERY_US = 60 * 1_000_000


@dataclass(frozen=True)
class NewKey:
    """A key that was just made; `secret` is shown to its owner now and never again."""

    row: ApiKeyRow
    secret: str = field(repr=False)


class ApiKeys:
    """Safe to use from many threads and processes. Every call raises `CatalogueUnavailable` when the
    database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = writing(engine)

    def make(self, owner: str, name: str, plan: Plan, at_us: int) -> NewKey:
        """A new key of the owner's. Raises `KeyLimitReached` when the owner has very many already."""
        secret = KEY_MARK + secrets.token_urlsafe(_SECRET_BYTES)
        row = ApiKeyRow(
            id=f"key-{uuid.uuid4().hex}",
            owner=owner,
            name=name,
            prefix=secret[: len(KEY_MARK) + _SHOWN_LETTERS],
            secret_sha256=_hash(secret),
            plan=plan.value,
            created_us=at_us,
        )
        mine = select(func.count()).where(col(ApiKeyRow.owner) == owner, col(ApiKeyRow.revoked_us).is_(None))
        with (
            naming_faults("keep an API key"),
            Session(self._writer, expire_on_commit=False) as session,
        ):
            hold_owner(session, owner)
            if session.exec(mine).one() >= _MOST_KEYS:
                raise KeyLimitReached(f"You have {_MOST_KEYS} API keys: revoke some that nobody uses.")
            session.add(row)
            session.commit()
        return NewKey(row, secret)

    def of(self, owner: str | None) -> list[ApiKeyRow]:
        """The owner's keys, or everybody's for None, newest first; those that were revoked too."""
        query = select(ApiKeyRow).order_by(col(ApiKeyRow.created_us).desc(), col(ApiKeyRow.id).desc())
        if owner is not None:
            query = query.where(ApiKeyRow.owner == owner)
        with naming_faults("list the API keys"), Session(self._engine) as session:
            return list(session.exec(query).all())

    def revoke(self, key_id: str, owner: str | None, at_us: int) -> None:
        """End a key of the owner's, or anybody's for None; twice is no fault. Raises `KeyUnknown`."""
        with naming_faults("revoke an API key"), Session(self._writer) as session:
            row = session.get(ApiKeyRow, key_id)
            if row is None or owner not in (None, row.owner):
                raise KeyUnknown(f"You have no API key {key_id[:80]!r}.")
            if row.revoked_us is None:
                row.revoked_us = at_us
                session.add(row)
                session.commit()

    def identity(self, secret: str, at_us: int) -> Identity:
        """Who comes with this key. Raises `TokenRefused` for one that is not good (any more)."""
        query = select(ApiKeyRow).where(ApiKeyRow.secret_sha256 == _hash(secret))
        with naming_faults("look up an API key"), Session(self._engine) as session:
            row = session.exec(query).first()
        if row is None:
            raise TokenRefused("The API key is not one that is known here.")
        if row.revoked_us is not None:
            raise TokenRefused(f"The API key {row.prefix}… was revoked.")
        if row.last_used_us is None or at_us - row.last_used_us >= _USE_NOTED_EVERY_US:
            self._note_use(row.id, at_us)
        return Identity(row.owner, frozenset({Role.USER}), plan_of(row.plan), by_key=True)

    def _note_use(self, key_id: str, at_us: int) -> None:
        earlier = or_(col(ApiKeyRow.last_used_us).is_(None), col(ApiKeyRow.last_used_us) < at_us)
        note = update(ApiKeyRow).where(col(ApiKeyRow.id) == key_id, earlier).values(last_used_us=at_us)
        with naming_faults("note the use of an API key"), Session(self._writer) as session:
            session.connection().execute(note)
            session.commit()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
