"""Pinned requirement files and what each process imports."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[3]
REQUIREMENTS = ROOT / "requirements"

# Script that imports a module while only the named distributions can be imported.
_IMPORT_WITH_ONLY = """
import importlib, importlib.metadata, re, sys

main, *allowed = sys.argv[1:]
canonical = lambda name: re.sub(r"[-_.]+", "-", name).lower()
owners = importlib.metadata.packages_distributions()

class Absent:
    def find_spec(self, name, path=None, target=None):
        owned = owners.get(name.partition(".")[0], [])
        if owned and not {canonical(owner) for owner in owned} & set(allowed):
            raise ModuleNotFoundError(f"No module named {name!r} ({owned[0]} is not installed)", name=name)

sys.meta_path.insert(0, Absent())
importlib.import_module(main)
"""


def pinned(name: str) -> dict[str, set[str]]:
    """The versions of each package: more than one where Pythons differ."""
    versions: dict[str, set[str]] = {}
    for line in (REQUIREMENTS / f"{name}.txt").read_text().splitlines():
        if pair := re.match(r"([A-Za-z0-9._-]+)==([^ ;]+)", line):
            versions.setdefault(canonical(pair[1]), set()).add(pair[2])
    return versions


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(
    ("name", "main"),
    [
        ("api", "api.main"),
        ("worker_cpu", "worker_cpu.main"),
        ("worker_gpu", "worker_gpu.main"),
        ("cli", "cli.main"),
    ],
)
def test_a_process_starts_with_what_its_requirement_file_installs(name: str, main: str) -> None:
    installed = [*pinned(name), "video-pipeline"]
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_WITH_ONLY, main, *installed],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["api", "worker_cpu", "cli"])
def test_only_the_gpu_worker_installs_models(name: str) -> None:
    assert not {"torch", "ultralytics", "faster-whisper", "ctranslate2", "numpy"} & set(pinned(name))


def test_the_requirement_files_pin_the_versions_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = [project["project"]["dependencies"], project["dependency-groups"]["dev"]]
    groups += project["project"]["optional-dependencies"].values()
    installed = pinned("dev")
    for wanted in map(Requirement, [entry for group in groups for entry in group]):
        pins = installed.get(canonical(wanted.name), set())
        assert str(wanted.specifier).removeprefix("==") in pins, f"{wanted}: run `make lock`"


@pytest.mark.parametrize("path", sorted(REQUIREMENTS.glob("*.txt")), ids=lambda path: path.name)
def test_a_requirement_file_pins_every_package_by_hash_and_names_no_host(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    assert "--index" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in entry
