"""Detection of the images that a change concerns."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "deploy" / "images" / "changed.sh"


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    for name in ("api/Dockerfile", "requirements/api.txt", "domain/subtitles/cues.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before\n")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "before")
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "expected"),
    [("api/Dockerfile", "yes"), ("requirements/api.txt", "yes"), ("domain/subtitles/cues.py", "no")],
)
def test_images_are_built_when_one_of_their_sources_changed(
    repository: Path, changed: str, expected: str
) -> None:
    before = git(repository, "rev-parse", "HEAD")
    (repository / changed).write_text("after\n")
    git(repository, "commit", "--quiet", "--all", "--message", "after")
    done = subprocess.run(
        ["sh", str(SCRIPT), before], cwd=repository, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"images={expected}\n"


@pytest.mark.parametrize("before", ["", "0" * 40, "f" * 40])
def test_images_are_built_when_the_changes_are_unknown(repository: Path, before: str) -> None:
    done = subprocess.run(
        ["sh", str(SCRIPT), before], cwd=repository, capture_output=True, text=True, check=True
    )
    assert done.stdout == "images=yes\n"
