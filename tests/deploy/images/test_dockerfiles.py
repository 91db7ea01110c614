"""Rules that each Dockerfile keeps."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCKERFILES = ("api/Dockerfile", "worker_cpu/Dockerfile", "worker_gpu/Dockerfile")

# Script that imports a module while the named packages of this repository can't be imported.
IMPORT_WITHOUT = """
import importlib, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r} in the image", name=name)

module, *absent = sys.argv[1:]
sys.meta_path.insert(0, Absent())
importlib.import_module(module)
"""


@pytest.fixture(params=DOCKERFILES)
def steps(request: pytest.FixtureRequest) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile, each with the rest of its line."""
    text = re.sub(r"^#.*\n", "", (ROOT / request.param).read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines if line]


def rest(steps: list[tuple[str, str]], instruction: str) -> list[str]:
    return [value for name, value in steps if name == instruction]


def test_every_stage_uses_the_base_image_argument(steps: list[tuple[str, str]]) -> None:
    bases = [value.split()[0] for value in rest(steps, "FROM")]
    assert bases == ["${BASE_IMAGE}", "system", "system"]


def test_the_default_base_is_pinned_by_its_digest(steps: list[tuple[str, str]]) -> None:
    assert re.fullmatch(r"BASE_IMAGE=debian:bookworm-\d{8}-slim@sha256:[0-9a-f]{64}", rest(steps, "ARG")[0])


def test_all_images_have_the_same_base() -> None:
    bases = {re.search(r"ARG BASE_IMAGE=(.*)", (ROOT / path).read_text())[1] for path in DOCKERFILES}  # type: ignore[index]
    assert len(bases) == 1


def test_nothing_is_fetched_by_a_tag_that_moves(steps: list[tuple[str, str]]) -> None:
    assert not [value for _, value in steps if ":latest" in value or "git clone" in value or "http" in value]


def test_a_container_runs_as_an_unprivileged_user_given_by_number(steps: list[tuple[str, str]]) -> None:
    assert rest(steps, "USER") == ["10001:10001"]


def test_a_container_has_a_health_check_and_a_command_that_need_no_shell(
    steps: list[tuple[str, str]],
) -> None:
    (check,) = rest(steps, "HEALTHCHECK")
    assert json.loads(check.partition(" CMD ")[2])[:4] == ["python", "-I", "-S", "/app/healthy.py"]
    (command,) = rest(steps, "CMD")
    assert json.loads(command)[:2] == ["python", "-m"]


def test_the_port_of_the_health_check_is_set_by_the_image(steps: list[tuple[str, str]]) -> None:
    (check,) = rest(steps, "HEALTHCHECK")
    variable = json.loads(check.partition(" CMD ")[2])[-1]
    assert re.search(rf"\b{variable}=\d+\b", rest(steps, "ENV")[0])


def test_a_container_is_stopped_by_the_signal_that_drains_it(steps: list[tuple[str, str]]) -> None:
    assert rest(steps, "STOPSIGNAL") == ["SIGTERM"]


def test_an_image_has_descriptive_labels(steps: list[tuple[str, str]]) -> None:
    (labels,) = rest(steps, "LABEL")
    for name in ("title", "description", "licenses", "version", "revision"):
        assert f"org.opencontainers.image.{name}=" in labels


def test_the_access_to_the_index_is_a_build_secret_only(steps: list[tuple[str, str]]) -> None:
    installing = [value for value in rest(steps, "RUN") if "packages.sh" in value or "torch.sh" in value]
    assert len(installing) == 1
    assert "--mount=type=secret,id=index.env" in installing[0]
    assert not [
        value for value in rest(steps, "ARG") + rest(steps, "ENV") if re.search("PIP_|UV_|PROXY", value)
    ]


def test_the_list_of_packages_has_hashes(steps: list[tuple[str, str]]) -> None:
    lists = re.findall(r"/build/(requirements/\S+\.txt)", " ".join(rest(steps, "RUN")))
    lists = lists or ["requirements/worker_gpu.txt", "requirements/worker_gpu_cuda.txt"]
    for name in lists:
        assert "--hash=sha256:" in (ROOT / name).read_text()


def test_the_build_context_holds_only_files_of_the_images() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    for wanted in rules[1:]:
        if wanted.startswith("!"):
            assert list(ROOT.glob(wanted[1:])), f"{wanted} names nothing"


def test_every_package_that_the_process_imports_is_copied(steps: list[tuple[str, str]]) -> None:
    copied = {value.split()[0] for value in rest(steps, "COPY")}
    absent = {path.parent.name for path in ROOT.glob("*/__init__.py")} - copied
    module = json.loads(rest(steps, "CMD")[0])[2]
    argv = [sys.executable, "-c", IMPORT_WITHOUT, module, *absent]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert {"tests", "local", "cli"} <= absent
    assert done.returncode == 0, done.stderr
