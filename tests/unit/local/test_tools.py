"""Installation of the programs that the product needs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from local.faults import ToolNotFound
from local.tool_list import GoTool, ModuleTool, PackagedTool
from local.tools import Toolbox

TOOL = GoTool("greeter", "example.org/greeter", "v1.2.3", minutes=1)


def program(folder: Path, name: str, script: str) -> None:
    """A shell script in place of a program that would take minutes, or change this machine."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def path_folder(tmp_path: Path) -> Path:
    """A PATH with only a shell."""
    folder = tmp_path / "path"
    folder.mkdir()
    for name in ("sh", "chmod"):
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


@pytest.fixture
def toolbox(tmp_path: Path, path_folder: Path) -> Toolbox:
    return Toolbox(tmp_path / "tools", {"PATH": str(path_folder), "HOME": str(tmp_path)})


def test_a_program_on_the_path_is_taken_before_one_that_was_built(
    toolbox: Toolbox, tmp_path: Path, path_folder: Path
) -> None:
    (tmp_path / "tools").mkdir()
    program(tmp_path / "tools" / "bin", "greeter", "echo built")
    assert toolbox.find("greeter") == tmp_path / "tools" / "bin" / "greeter"
    program(path_folder, "greeter", "echo installed")
    assert toolbox.find("greeter") == path_folder / "greeter"


def test_a_missing_program_is_built_once_at_its_pinned_version(
    toolbox: Toolbox, tmp_path: Path, path_folder: Path
) -> None:
    calls = tmp_path / "calls"
    program(path_folder, "go", f'echo "$@" >> {calls}; echo > "$GOBIN/greeter"; chmod +x "$GOBIN/greeter"')
    reports: list[str] = []
    toolbox.install((TOOL,), reports.append)
    toolbox.install((TOOL,), reports.append)
    assert calls.read_text() == "install -trimpath example.org/greeter@v1.2.3\n"
    assert toolbox.find("greeter") == tmp_path / "tools" / "bin" / "greeter"
    assert len(reports) == 1
    assert "greeter" in reports[0]


def test_a_build_that_fails_names_the_tool_and_the_reason_and_leaves_nothing(
    toolbox: Toolbox, tmp_path: Path, path_folder: Path
) -> None:
    program(path_folder, "go", 'echo half > "$GOBIN/greeter"; echo "no route to the module" >&2; exit 1')
    with pytest.raises(ToolNotFound, match=r"greeter .* no route to the module\. Install greeter"):
        toolbox.install((TOOL,), lambda _: None)
    assert toolbox.find("greeter") is None
    assert not list((tmp_path / "tools").rglob("greeter"))


def test_without_go_the_message_says_what_to_install(toolbox: Toolbox) -> None:
    with pytest.raises(ToolNotFound, match="install greeter, or Go"):
        toolbox.install((TOOL,), lambda _: None)


def test_a_build_needs_no_home_and_no_c_compiler(tmp_path: Path, path_folder: Path) -> None:
    seen = tmp_path / "seen"
    program(
        path_folder,
        "go",
        f'echo "$CGO_ENABLED $GOPATH $GOCACHE" > {seen}; echo > "$GOBIN/greeter"; chmod +x "$GOBIN/greeter"',
    )
    Toolbox(tmp_path / "tools", {"PATH": str(path_folder)}).install((TOOL,), lambda _: None)
    go_path = tmp_path / "tools" / "go"
    assert seen.read_text() == f"0 {go_path} {go_path}/cache\n"


def test_a_missing_package_without_apt_is_an_error(toolbox: Toolbox) -> None:
    with pytest.raises(ToolNotFound, match="singer is not installed: install it with your system's"):
        toolbox.install((PackagedTool("singer", "singer-tools"),), lambda _: None)


def test_a_missing_package_is_installed_after_an_update_without_a_question(
    toolbox: Toolbox, tmp_path: Path, path_folder: Path
) -> None:
    calls, updated = tmp_path / "calls", tmp_path / "updated"
    script = f"""
    echo "$DEBIAN_FRONTEND $@" >> {calls}
    if [ "$1" = update ]; then echo > {updated}; exit 0; fi
    [ -e {updated} ] || exit 100
    echo > {path_folder}/singer; chmod +x {path_folder}/singer
    """
    program(path_folder, "apt-get", script)
    program(path_folder, "sudo", 'while [ "${1#-}" != "$1" ] || [ "${1#*=}" != "$1" ]; do shift; done; "$@"')
    toolbox.install((PackagedTool("singer", "singer-tools"),), lambda _: None)
    install = "noninteractive install --yes --no-install-recommends singer-tools"
    assert calls.read_text().splitlines() == [install, "noninteractive update", install]
    assert toolbox.find("singer") is not None


@pytest.mark.skipif(os.getuid() == 0, reason="root needs no sudo")
def test_without_rights_the_error_quotes_the_command_to_run(toolbox: Toolbox, path_folder: Path) -> None:
    program(path_folder, "apt-get", "exit 0")
    with pytest.raises(ToolNotFound, match="run `sudo apt-get install singer-tools`"):
        toolbox.install((PackagedTool("singer", "singer-tools"),), lambda _: None)


def test_a_program_of_a_module_with_replace_lines_is_built_in_the_folder_with_its_go_mod(
    toolbox: Toolbox, tmp_path: Path, path_folder: Path
) -> None:
    calls = tmp_path / "calls"
    # The eighth argument is the output file.
    program(path_folder, "go", f'echo "$@" >> {calls}; echo > "$8"; chmod +x "$8"')
    tool = ModuleTool("greeter", "example.org/greeter/cmd", tmp_path / "modules", 1, "-X greeter.version=v2")

    toolbox.install((tool,), lambda _: None)

    assert toolbox.find("greeter") == tmp_path / "tools" / "bin" / "greeter"
    called = calls.read_text()
    assert called.startswith(
        f"build -C {tmp_path}/modules -mod=readonly -trimpath -ldflags=-s -w -X greeter.version=v2 -o "
    )
    assert called.endswith("/greeter example.org/greeter/cmd\n")


def test_a_program_whose_package_would_start_a_server_is_extracted_from_it(
    toolbox: Toolbox, tmp_path: Path, path_folder: Path
) -> None:
    for name in ("mkdir", "dirname"):
        (path_folder / name).symlink_to(shutil.which(name) or name)
    program(path_folder, "apt-get", '[ "$1 $2" = "download watchers" ] && echo x > watchers_1.0_amd64.deb')
    program(
        path_folder,
        "dpkg-deb",
        '[ "$1" = "--extract" ] && mkdir -p "$3/usr/bin" && echo > "$3/usr/bin/watch-rules"'
        ' && chmod +x "$3/usr/bin/watch-rules"',
    )
    toolbox.install((PackagedTool("watch-rules", "watchers", unpacked=True),), lambda _: None)
    assert toolbox.find("watch-rules") == tmp_path / "tools" / "bin" / "watch-rules"


def test_a_package_that_can_not_be_downloaded_is_named(toolbox: Toolbox, path_folder: Path) -> None:
    program(path_folder, "apt-get", 'echo "no such package" >&2; exit 100')
    program(path_folder, "dpkg-deb", "exit 2")
    program(path_folder, "sudo", "exit 1")
    with pytest.raises(ToolNotFound, match="watchers could not be unpacked: no such package"):
        toolbox.install((PackagedTool("watch-rules", "watchers", unpacked=True),), lambda _: None)
