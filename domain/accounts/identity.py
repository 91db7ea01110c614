"""Identity of a caller: owner, roles and plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class Role(StrEnum):
    """`user`: sees their own videos; `admin`: sees all videos and operates the installation."""

    USER = "user"
    ADMIN = "admin"


class Plan(StrEnum):
    """A caller's plan: sets the priority of their tasks in a full queue."""

    FREE = "free"
    STANDARD = "standard"
    PREMIUM = "premium"

    @property
    def priority(self) -> int:
        """Temporal's priority: 1 is the highest, 3 the default, 5 the lowest."""
        return {Plan.PREMIUM: 2, Plan.STANDARD: 3, Plan.FREE: 4}[self]


def plan_of(name: object) -> Plan:
    """The plan of this name; `STANDARD` for an unknown name."""
    return Plan(name) if isinstance(name, str) and name in list(Plan) else Plan.STANDARD


def fairness_key(owner: str) -> str:
    """The owner's key for Temporal's fairness and its search attribute; at most 64 bytes.

    A longer owner is replaced by its SHA-256.
    """
    return owner if len(owner.encode()) <= 64 else sha256(owner.encode()).hexdigest()


@dataclass(frozen=True)
class Identity:
    """An authenticated caller. `by_key` is true for a client that uses an API key of the owner's."""

    owner: str
    roles: frozenset[Role]
    plan: Plan = Plan.STANDARD
    by_key: bool = False

    def has(self, role: Role) -> bool:
        return role in self.roles or Role.ADMIN in self.roles

    @property
    def sees(self) -> str | None:
        """The owner whose tasks and videos are visible; None means all owners."""
        return None if self.has(Role.ADMIN) else self.owner

    def may_see(self, owner: str) -> bool:
        return self.sees in (None, owner)


LOCAL = Identity("local", frozenset(Role))
"""The one user of an installation without accounts."""
