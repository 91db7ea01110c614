"""A copy of the product as it is installed on one machine, and what Docker Compose makes of its files."""

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
    """The files are not taken; the message is what a person would read."""


@dataclass(frozen=True)
class Installation:
    """A folder with the files of the repository that compose needs, and secrets of its own."""

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
    """The secrets are made as the README says."""
    shutil.copy(ROOT / "docker-compose.yml", folder)
    shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    make_secrets(folder)
    return Installation(folder)


def make_secrets(folder: Path) -> str:
    """What the script says that it made."""
    script = folder / "deploy/compose/secrets.sh"
    done = subprocess.run(["sh", script], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def environment(service: Service) -> dict[str, str]:
    """What is set; a variable that is left to the product's default is not there."""
    pairs: dict[str, str | None] = service.get("environment") or {}
    return {name: value for name, value in pairs.items() if value is not None}


def is_job(service: Service) -> bool:
    return service.get("restart") == "no"


def seconds(duration: str) -> float:
    """The seconds of such as `1m30s`, as compose writes them."""
    total = 0.0
    number = ""
    for letter in duration:
        if letter.isalpha():
            total += float(number) * {"h": 3600, "m": 60, "s": 1}[letter]
            number = ""
        else:
            number += letter
    return total
