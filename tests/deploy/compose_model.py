"""Installation on one machine in a folder, and Docker Compose's model of its files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.tool_list import COMPOSE_MODEL
from local.tools import Toolbox
from tests.servers.product_process import ROOT

Service = dict[str, Any]


class ComposeRefused(Exception):
    """Compose refused the files; the message is the one for a person."""


@dataclass(frozen=True)
class Installation:
    """Folder with the files that compose needs, and secrets of its own."""

    path: Path

    def load(self, *overrides: str, **settings: str) -> dict[str, Any]:
        """The model of docker-compose.yml and its overrides, with `settings` in the environment."""
        files = ["docker-compose.yml", *(f"deploy/compose/{name}" for name in overrides)]
        done = subprocess.run(
            [Toolbox().require(COMPOSE_MODEL), *files],
            cwd=self.path,
            env={"PATH": os.environ["PATH"], **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ComposeRefused(done.stderr)
        model: dict[str, Any] = json.loads(done.stdout)
        return model

    def services(self, *overrides: str, **settings: str) -> dict[str, Service]:
        services: dict[str, Service] = self.load(*overrides, **settings)["services"]
        return services


def installation(folder: Path) -> Installation:
    """Copy the files, and make the secrets as docs/docker-compose.md says."""
    shutil.copy(ROOT / "docker-compose.yml", folder)
    shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    make_secrets(folder)
    return Installation(folder)


def make_secrets(folder: Path) -> str:
    """Run the script; returns its output."""
    script = folder / "deploy/compose/secrets.sh"
    done = subprocess.run(["sh", script], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def environment(service: Service) -> dict[str, str]:
    """Variables that are set, without those left to the product's default."""
    pairs: dict[str, str | None] = service.get("environment") or {}
    return {name: value for name, value in pairs.items() if value is not None}


def is_job(service: Service) -> bool:
    return service.get("restart") == "no"


def seconds(duration: str) -> float:
    """Parses a duration of compose, such as `1m30s`, into seconds."""
    total = 0.0
    number = ""
    for letter in duration:
        if letter.isalpha():
            total += float(number) * {"h": 3600, "m": 60, "s": 1}[letter]
            number = ""
        else:
            number += letter
    return total
