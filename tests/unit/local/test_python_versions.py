"""Supported versions of Python: the project, its Makefile, its set-up and CI name the same."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from local import bootstrap

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()
VERSIONS = ["3.11", "3.12", "3.13", "3.14"]


def test_the_project_takes_these_pythons_and_no_other() -> None:
    taken = SpecifierSet(PROJECT["project"]["requires-python"])
    assert [f"3.{minor}" for minor in range(30) if f"3.{minor}.5" in taken] == VERSIONS


def test_the_package_index_is_given_the_same_pythons() -> None:
    prefix = "Programming Language :: Python :: "
    assert [line.removeprefix(prefix) for line in PROJECT["project"]["classifiers"]] == VERSIONS


def test_the_environment_is_made_with_the_same_pythons() -> None:
    oldest, newest = bootstrap.OLDEST, bootstrap.NEWEST
    assert [f"{major}.{minor}" for major, minor in (oldest, newest)] == [VERSIONS[0], VERSIONS[-1]]
    assert "Python 3.11, 3.12, 3.13 or 3.14" in (ROOT / "local" / "bootstrap.py").read_text()


def test_ci_runs_the_tests_on_each_python() -> None:
    job = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["test"]
    assert job["strategy"]["matrix"] == {"python": VERSIONS}
    assert job["env"]["PYTHON"] == "python${{ matrix.python }}"


def test_the_tools_judge_the_code_by_the_oldest_python() -> None:
    assert PROJECT["tool"]["ruff"]["target-version"] == "py311"
    assert PROJECT["tool"]["mypy"]["python_version"] == "3.11"
    assert "--python-version 3.11 " in MAKEFILE


def test_the_makefile_tries_each_python_by_name() -> None:
    names = re.search(r"^PYTHON \?= .*for name in (.+); do", MAKEFILE, re.MULTILINE)
    assert names is not None
    assert names[1].split() == [f"python{version}" for version in VERSIONS] + ["python3"]
    assert "install Python 3.11, 3.12, 3.13 or 3.14." in MAKEFILE


@pytest.mark.parametrize(
    ("installed", "chosen"),
    [
        ({"python3": (3, 13)}, "python3"),
        ({"python3.14": (3, 14), "python3": (3, 14)}, "python3.14"),
        ({"python3.11": (3, 11), "python3.13": (3, 13), "python3": (3, 13)}, "python3.11"),
        ({"python3.12": (3, 12), "python3": (3, 10)}, "python3.12"),
        # None fits: the bootstrap says so, with the version.
        ({"python3": (3, 15)}, "python3"),
        ({"python3": (3, 10)}, "python3"),
    ],
)
def test_the_makefile_chooses_the_oldest_python_that_fits(
    installed: dict[str, tuple[int, int]], chosen: str, tmp_path: Path
) -> None:
    for name, version in installed.items():
        # Runs the Makefile's question as a Python of that version would.
        pretend = f"import sys; sys.version_info = {(*version, 0)}"
        (tmp_path / name).write_text(
            f"#!/bin/sh\nexec {sys.executable} -c '{pretend}\n'\"$2\"\n", encoding="utf-8"
        )
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["/usr/bin/make", "--no-print-directory", "--eval", "print: ; @$(info $(PYTHON)):", "print"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [chosen]


@pytest.mark.parametrize(
    ("version", "machine", "has_compiler", "has_headers", "missing"),
    [
        ((3, 11), "aarch64", False, False, []),
        ((3, 12), "x86_64", False, False, []),
        ((3, 12), "aarch64", False, True, ["gcc"]),
        ((3, 13), "x86_64", False, False, []),
        ((3, 14), "x86_64", False, False, ["gcc", "python3.14-dev"]),
        ((3, 14), "x86_64", True, False, ["python3.14-dev"]),
        ((3, 14), "aarch64", True, True, []),
    ],
)
def test_a_compiler_is_asked_for_only_where_a_package_has_no_wheel(
    version: tuple[int, int], machine: str, has_compiler: bool, has_headers: bool, missing: list[str]
) -> None:
    found = bootstrap.packages_to_build(version, machine, has_compiler=has_compiler, has_headers=has_headers)
    assert found == missing
