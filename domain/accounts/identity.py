"""Who somebody is to the product: whose things are theirs, what they may do, how soon it is done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class Role(StrEnum):
    """`user`: has videos of their own; `admin`: sees everybody's, and looks after the installation."""

    USER = "user"
    ADMIN = "admin"


class Plan(StrEnum):
    """What was agreed with a caller: whose tasks go first where many wait."""

    FREE = "free"
    STANDARD = "standard"
    PREMIUM = "premium"

    @property
    def priority(self) -> int:
        """As Temporal counts: 1 goes first, 3 is in the middle, 5 goes last."""
        return {Plan.PREMIUM: 2, Plan.STANDARD: 3, Plan.FREE: 4}[self]


def plan_of(name: object) -> Plan:
    """The plan of this name; a name that says nothing here is the standard."""
    return Plan(name) if isinstance(name, str) and name in list(Plan) else Plan.STANDARD


def fairness_key(owner: str) -> str:
    """What stands for the owner where Temporal shares its workers out and in its list; at most 64 bytes."""
    return owner if len(owner.encode()) <= 64 else sha256(owner.encode()).hexdigest()


@dataclass(frozen=True)
class Identity:
    """Somebody who was let in. `by_key` says that a machine came with an API key of the owner's."""

    owner: str
    roles: frozenset[Role]
    plan: Plan = Plan.STANDARD
    by_key: bool = False

    def has(self, role: Role) -> bool:
        return role in self.roles or Role.ADMIN in self.roles

    @property
    def sees(self) -> str | None:
        """The owner whose things are shown; None is everybody's."""
        return None if self.has(Role.ADMIN) else self.owner

    def may_see(self, owner: str) -> bool:
        return self.sees in (None, owner)


LOCAL = Identity("local", frozenset(Role))
"""The one user of an installation without accounts."""
