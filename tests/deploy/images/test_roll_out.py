"""Script that rolls out a release."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "deploy" / "images" / "roll_out.sh"
DIGEST = "sha256:" + "7" * 64
PINS = tuple(
    f"video-pipeline-{name}=registry.example/team/video-pipeline-{name}@{DIGEST}"
    for name in ("api", "worker-cpu", "worker-gpu")
)

# A fake cluster of three Deployments, whose revisions are files. FAILS names the call that fails once, STAYS
# the Deployment whose rollback fails.
KUBECTL = """\
#!/bin/sh
set -eu
[ "$1" != --namespace ] || shift 2
echo "$*" >>"$STATE/calls"
case "$*" in
"$FAILS"*) if [ ! -e "$STATE/failed" ]; then touch "$STATE/failed"; exit 1; fi ;;
esac
case "$*" in
kustomize*)
  sed -n 's/^    newName: //p; s/^    digest: /@/p' "$2/kustomization.yaml" |
    paste -d '' - - | sed "$RENDERS" ;;
"get deployment"*) [ ! -e "$STATE/$3" ] || cat "$STATE/$3" ;;
apply*) for name in api worker-cpu worker-gpu; do echo 8 >"$STATE/$name"; done ;;
"rollout undo deployment/$STAYS "*) exit 1 ;;
"rollout undo"*) echo 9 >"$STATE/${3#deployment/}" ;;
esac
"""

Result = tuple[subprocess.CompletedProcess[str], list[str]]


@pytest.fixture
def roll_out(tmp_path: Path) -> Callable[..., Result]:
    """Runner of the script on a cluster at revision 7; returns the result and the calls of kubectl."""
    programs, state = tmp_path / "bin", tmp_path / "state"
    overlay = tmp_path / "overlays" / "prod"
    for folder in (programs, state, overlay):
        folder.mkdir(parents=True)
    (programs / "kubectl").write_text(KUBECTL)
    (programs / "kubectl").chmod(0o755)
    for name in ("api", "worker-cpu", "worker-gpu"):
        (state / name).write_text("7\n")

    def run(*pins: str, fails: str = "nothing", stays: str = "none", renders: str = "s/^/image: /") -> Result:
        environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "STATE": str(state),
            "FAILS": fails,
            "STAYS": stays,
            "RENDERS": renders,
        }
        argv = ["sh", str(SCRIPT), str(overlay), *pins]
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
        assert [path.name for path in overlay.parent.iterdir()] == ["prod"]
        calls = state / "calls"
        return done, calls.read_text().splitlines() if calls.exists() else []

    return run


def test_a_version_is_applied_by_digest_and_waited_for(roll_out: Callable[..., Result]) -> None:
    done, calls = roll_out(*PINS)
    assert done.returncode == 0, done.stderr
    changing = [call for call in calls if call.startswith(("delete", "apply", "wait", "rollout"))]
    assert [call.split(" --")[0] for call in changing] == [
        "delete job",
        "apply",
        "wait",
        "rollout status deployment/api",
        "rollout status deployment/worker-cpu",
        "rollout status deployment/worker-gpu",
    ]


def test_a_version_that_does_not_become_ready_is_rolled_back(
    roll_out: Callable[..., Result],
) -> None:
    done, calls = roll_out(*PINS, fails="rollout status deployment/worker-cpu")
    assert done.returncode == 1
    assert [call for call in calls if call.startswith("rollout undo")] == [
        "rollout undo deployment/api --to-revision 7",
        "rollout undo deployment/worker-cpu --to-revision 7",
        "rollout undo deployment/worker-gpu --to-revision 7",
    ]


def test_a_set_up_that_fails_rolls_back_too(roll_out: Callable[..., Result]) -> None:
    done, calls = roll_out(*PINS, fails="wait")
    assert done.returncode == 1
    assert len([call for call in calls if call.startswith("rollout undo")]) == 3


def test_a_version_that_was_refused_before_any_change_is_not_rolled_back(
    roll_out: Callable[..., Result],
) -> None:
    done, calls = roll_out(*PINS, fails="apply")
    assert done.returncode == 1
    assert not [call for call in calls if call.startswith("rollout undo")]


def test_a_failed_rollback_is_reported_and_the_others_are_still_rolled_back(
    roll_out: Callable[..., Result],
) -> None:
    done, calls = roll_out(*PINS, fails="wait", stays="api")
    assert done.returncode == 1
    assert "api did NOT come back to revision 7" in done.stderr
    assert len([call for call in calls if call.startswith("rollout undo")]) == 3


def test_an_overlay_that_overrides_the_digests_is_not_applied(roll_out: Callable[..., Result]) -> None:
    done, calls = roll_out(*PINS, renders="s/.*worker-gpu.*/other/; s/^/image: /")
    assert done.returncode == 2
    assert "does not take video-pipeline-worker-gpu" in done.stderr
    assert not [call for call in calls if call.startswith("apply")]


def test_an_image_without_a_digest_is_not_rolled_out(roll_out: Callable[..., Result]) -> None:
    done, calls = roll_out("video-pipeline-api=registry.example/video-pipeline-api:1.2.3")
    assert done.returncode == 2
    assert calls == []
