"""Failpoints of what the processes lean on: store, link to Temporal, disk, database; and of two senders."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable

from tests.chaos.faults.link import Mood
from tests.chaos.faults.store_proxy import Harm, Trouble
from tests.chaos.scene import Scene

Act = Callable[[Scene], None]

_MIB = 1024 * 1024


def store_trouble(harm: Harm, smallest: float, largest: float, *, writes_only: bool = False) -> Act:
    """Every call that begins for a few seconds."""

    def act(scene: Scene) -> None:
        amount = scene.rng.uniform(smallest, largest)
        proxy = scene.world.store_proxy
        proxy.harmed = 0
        proxy.trouble = Trouble(harm, amount, writes_only)
        try:
            with scene.fault(store=harm.value, amount=round(amount, 2)):
                scene.pause(2, 8)
        finally:
            proxy.trouble = None
        scene.journal.note("harmed", calls=proxy.harmed)

    return act


def temporal_link(mood: Mood) -> Act:
    def act(scene: Scene) -> None:
        scene.world.link.set(mood)
        try:
            with scene.fault(link=mood.value):
                scene.pause(2, 6)
        finally:
            scene.world.link.set(Mood.WELL)

    return act


def full_disk(scene: Scene) -> None:
    """All but a few bytes of the scratch file system are taken."""
    balloon = scene.world.scratch_path / "balloon"
    left = scene.rng.randint(0, 2 * _MIB)
    taken = 0
    try:
        with balloon.open("wb", buffering=0) as file:
            try:
                while shutil.disk_usage(scene.world.scratch_path).free > left:
                    taken += file.write(bytes(min(_MIB, max(4096, left))))
            except OSError:
                pass  # full to the last byte
        with scene.fault(taken=taken, left=left):
            scene.pause(3, 8)
    finally:
        balloon.unlink(missing_ok=True)


def locked_database(scene: Scene) -> None:
    """Somebody holds the whole database for longer than a connection waits for it."""
    connection = sqlite3.connect(scene.world.catalogue_path, timeout=30, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        with scene.fault(database="locked"):
            scene.pause(6, 10)
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def twins(scene: Scene) -> None:
    """At one instant the upload ends, the same with the same key, and the same with a key of its own."""
    key = scene.senders[0].key
    others = [scene.send(scene.job, name, hold_at=TWINS_HOLD_AT) for name in (key, f"{key}-other")]
    for sender in others:
        sender.held.wait(60)
    scene.struck(twins=key)
    for sender in others:
        sender.let_go()
    scene.healed()


TWINS_HOLD_AT = 0.99
