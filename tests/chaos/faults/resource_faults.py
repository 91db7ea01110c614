"""Faults of resources: store, link to Temporal, disk, database; and simultaneous duplicate uploads."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable

from tests.chaos.faults.link import LinkState
from tests.chaos.faults.store_proxy import Harm, Trouble
from tests.chaos.trial_context import TrialContext

Act = Callable[[TrialContext], None]

_MIB = 1024 * 1024


def store_trouble(harm: Harm, smallest: float, largest: float, *, writes_only: bool = False) -> Act:
    """Fault: every call to the store that begins within a few seconds."""

    def act(context: TrialContext) -> None:
        amount = context.rng.uniform(smallest, largest)
        proxy = context.system.store_proxy
        proxy.harmed = 0
        proxy.trouble = Trouble(harm, amount, writes_only)
        try:
            with context.fault(store=harm.value, amount=round(amount, 2)):
                context.pause(2, 8)
        finally:
            proxy.trouble = None
        context.journal.note("harmed", calls=proxy.harmed)

    return act


def temporal_link(state: LinkState) -> Act:
    def act(context: TrialContext) -> None:
        context.system.link.set(state)
        try:
            with context.fault(link=state.value):
                context.pause(2, 6)
        finally:
            context.system.link.set(LinkState.NORMAL)

    return act


def full_disk(context: TrialContext) -> None:
    """Fault: the scratch file system is filled up to a few bytes."""
    balloon = context.system.scratch_path / "balloon"
    left = context.rng.randint(0, 2 * _MIB)
    taken = 0
    try:
        with balloon.open("wb", buffering=0) as file:
            try:
                while shutil.disk_usage(context.system.scratch_path).free > left:
                    taken += file.write(bytes(min(_MIB, max(4096, left))))
            except OSError:
                pass  # completely full
        with context.fault(taken=taken, left=left):
            context.pause(3, 8)
    finally:
        balloon.unlink(missing_ok=True)


def locked_database(context: TrialContext) -> None:
    """Fault: the database is locked for longer than a connection waits."""
    connection = sqlite3.connect(context.system.catalogue_path, timeout=30, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        with context.fault(database="locked"):
            context.pause(6, 10)
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def twins(context: TrialContext) -> None:
    """Fault: the upload, one with the same key and one with another key end at the same instant."""
    key = context.senders[0].key
    others = [context.send(context.job, name, hold_at=DUPLICATES_HOLD_AT) for name in (key, f"{key}-other")]
    for sender in others:
        sender.held.wait(60)
    context.struck(twins=key)
    for sender in others:
        sender.release()
    context.healed()


DUPLICATES_HOLD_AT = 0.99
