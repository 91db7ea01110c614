"""Rules that the CI and release workflows keep."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.tools import Toolbox

ROOT = Path(__file__).parents[3]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.name)
def path(request: pytest.FixtureRequest) -> Path:
    chosen: Path = request.param
    return chosen


@pytest.fixture
def workflow(path: Path) -> dict[Any, Any]:
    parsed: dict[Any, Any] = yaml.safe_load(path.read_text())
    return parsed


def steps(workflow: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job.get("steps", [])


def test_actionlint_and_shellcheck_accept_the_workflow(path: Path) -> None:
    tools = Toolbox()
    actionlint, shellcheck = tools.find("actionlint"), tools.find("shellcheck")
    assert actionlint is not None and shellcheck is not None, "run `make test-tools`"
    argv = [str(actionlint), "-shellcheck", str(shellcheck), "-pyflakes", "", str(path)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_workflow_may_only_read_the_code(workflow: dict[Any, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    assert not [name for name, job in workflow["jobs"].items() if "permissions" in job]


def test_every_job_has_a_time_limit(workflow: dict[Any, Any]) -> None:
    for name, job in workflow["jobs"].items():
        assert "uses" in job or 0 < job["timeout-minutes"] <= 120, name


def test_an_action_is_pinned_by_its_commit(path: Path) -> None:
    for used in re.findall(r"uses: (.+)", path.read_text()):
        assert used.startswith("./") or re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used)


def test_the_checkout_keeps_no_token(workflow: dict[Any, Any]) -> None:
    for step in steps(workflow):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_no_script_of_a_step_contains_an_expression(workflow: dict[Any, Any]) -> None:
    assert not [step["run"] for step in steps(workflow) if "${{" in step.get("run", "")]


def test_a_release_is_tested_before_it_is_built_and_approved_before_it_is_rolled_out() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    assert jobs["image"]["needs"] == "test"
    assert jobs["deploy"]["needs"] == "image"
    assert jobs["deploy"]["environment"] == "production"


def test_an_image_gets_its_tag_only_after_it_was_scanned() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    order = [step.get("uses", step.get("run", "")) for step in jobs["image"]["steps"]]
    places = [
        next(place for place, step in enumerate(order) if sign in step)
        for sign in ("docker/build-push-action", "anchore/scan-action", "imagetools create")
    ]
    assert places == sorted(places)
    (build,) = [step for step in jobs["image"]["steps"] if step.get("id") == "build"]
    assert "push-by-digest=true" in build["with"]["outputs"] and "tags" not in build["with"]


def test_a_release_builds_every_image_that_has_a_dockerfile() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    built = {entry["dockerfile"] for entry in jobs["image"]["strategy"]["matrix"]["include"]}
    assert built == {str(path.relative_to(ROOT)) for path in ROOT.glob("*/Dockerfile")}
