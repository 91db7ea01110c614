"""API keys: valid until they are revoked, and stored only as hashes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from adapters.catalogue import ApiKeys, CatalogueSettings, connect, upgrade
from domain.accounts.identity import Identity, Plan, Role
from domain.errors import CatalogueUnavailable, KeyLimitReached, KeyUnknown, TokenRefused

NOW_US = 1_700_000_000_000_000
SECOND_US = 1_000_000


@pytest.fixture
def keys(settings: CatalogueSettings) -> Iterator[ApiKeys]:
    upgrade(settings)
    engine = connect(settings)
    yield ApiKeys(engine)
    engine.dispose()


def test_a_key_identifies_its_owner(keys: ApiKeys) -> None:
    made = keys.make("oidc:owner", "camera 3", Plan.PREMIUM, NOW_US)

    assert keys.identity(made.secret, NOW_US) == Identity(
        "oidc:owner", frozenset({Role.USER}), Plan.PREMIUM, by_key=True
    )


def test_the_key_itself_is_nowhere_in_the_database(keys: ApiKeys, settings: CatalogueSettings) -> None:
    made = keys.make("oidc:owner", "camera 3", Plan.STANDARD, NOW_US)

    with connect(settings).connect() as connection:
        [row] = connection.execute(text("SELECT * FROM api_keys")).all()

    assert made.secret.startswith("vpk_")
    assert len(made.secret) == 47
    assert made.secret not in str(row)
    assert made.secret[12:] not in str(row)
    assert made.row.prefix == made.secret[:12]
    assert made.secret not in repr(made)


def test_a_revoked_key_is_refused(keys: ApiKeys) -> None:
    made = keys.make("oidc:owner", "camera 3", Plan.STANDARD, NOW_US)

    keys.revoke(made.row.id, "oidc:owner", NOW_US + 1)
    keys.revoke(made.row.id, "oidc:owner", NOW_US + 2)

    with pytest.raises(TokenRefused, match="was revoked"):
        keys.identity(made.secret, NOW_US + 3)
    assert [row.revoked_us for row in keys.of("oidc:owner")] == [NOW_US + 1]


@pytest.mark.parametrize("secret", ["", "vpk_", "vpk_" + "A" * 43, "é\x00"])
def test_an_unknown_key_is_refused(keys: ApiKeys, secret: str) -> None:
    keys.make("oidc:owner", "camera 3", Plan.STANDARD, NOW_US)

    with pytest.raises(TokenRefused, match="is unknown"):
        keys.identity(secret, NOW_US)


def test_only_an_operator_sees_and_revokes_keys_of_other_owners(keys: ApiKeys) -> None:
    made = keys.make("oidc:owner", "camera 3", Plan.STANDARD, NOW_US)

    assert keys.of("oidc:other") == []
    with pytest.raises(KeyUnknown):
        keys.revoke(made.row.id, "oidc:other", NOW_US)
    with pytest.raises(KeyUnknown):
        keys.revoke("key-1", None, NOW_US)
    assert [row.id for row in keys.of(None)] == [made.row.id]
    keys.identity(made.secret, NOW_US)

    keys.revoke(made.row.id, None, NOW_US)

    with pytest.raises(TokenRefused):
        keys.identity(made.secret, NOW_US)


def test_keys_are_listed_newest_first(keys: ApiKeys) -> None:
    for number in range(3):
        keys.make("oidc:owner", f"camera {number}", Plan.STANDARD, NOW_US + number)

    assert [row.name for row in keys.of("oidc:owner")] == ["camera 2", "camera 1", "camera 0"]


def test_the_last_use_is_recorded_once_a_minute_and_never_backwards(keys: ApiKeys) -> None:
    made = keys.make("oidc:owner", "camera 3", Plan.STANDARD, NOW_US)
    noted = []
    for after_s in (0, 59, 60, 30, 3600):
        keys.identity(made.secret, NOW_US + after_s * SECOND_US)
        used_us = keys.of("oidc:owner")[0].last_used_us
        assert used_us is not None
        noted.append((used_us - NOW_US) // SECOND_US)

    assert noted == [0, 0, 60, 60, 3600]


def test_an_owner_has_at_most_a_hundred_keys_also_with_concurrent_requests(keys: ApiKeys) -> None:
    made = [keys.make("oidc:owner", "camera", Plan.STANDARD, NOW_US) for _ in range(98)]

    def make(_: int) -> bool:
        try:
            keys.make("oidc:owner", "camera", Plan.STANDARD, NOW_US)
        except KeyLimitReached:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(make, range(4))) == 2
    keys.make("oidc:other", "camera", Plan.STANDARD, NOW_US)
    keys.revoke(made[0].row.id, "oidc:owner", NOW_US)
    keys.make("oidc:owner", "camera", Plan.STANDARD, NOW_US)


def test_without_a_database_no_key_is_accepted() -> None:
    keys = ApiKeys(connect(CatalogueSettings("sqlite:////nowhere/catalogue.db")))

    with pytest.raises(CatalogueUnavailable):
        keys.identity("vpk_" + "A" * 43, NOW_US)
