"""PostgreSQL server on a free port; it may not run as root, so it runs as the package's user."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.servers.ports import free_port

_PACKAGE_PATH = Path("/usr/lib/postgresql")
_PATIENCE_S = 120


@dataclass(frozen=True)
class Postgres:
    port: int

    def new_database(self) -> str:
        """Create an empty database and return its SQLAlchemy URL."""
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    @property
    def address(self) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """Run the server; skips the test where the package or its user is missing."""
    programs = sorted(_PACKAGE_PATH.glob("*/bin"), key=lambda path: int(path.parent.name))
    if not programs:
        pytest.skip("PostgreSQL is not installed")
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="catalogue-postgres-"))
    try:
        if user:
            shutil.chown(folder, user)
        data_path = folder / "data"
        subprocess.run(
            [programs[-1] / "initdb", "-D", data_path, "-U", "postgres", "-A", "trust", "--no-sync"],
            user=user,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        port = free_port()
        listening = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-k", str(folder)]
        quick = ["-c", "fsync=off", "-c", "max_connections=50"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [programs[-1] / "postgres", "-D", data_path, *listening, *quick],
                user=user,
                cwd=folder,
                stdout=log,
                stderr=log,
            )
        try:
            server = Postgres(port)
            _await(server, process)
            yield server
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(folder)


def _user() -> str | None:
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("PostgreSQL refuses to run as root, and there is no user postgres")


def _await(server: Postgres, process: subprocess.Popen[bytes]) -> None:
    end_s = time.monotonic() + _PATIENCE_S
    while True:
        try:
            psycopg.connect(server.address).close()
        except psycopg.OperationalError:
            assert process.poll() is None, "PostgreSQL has ended"
            assert time.monotonic() < end_s, "PostgreSQL does not answer"
            time.sleep(0.1)
        else:
            return
