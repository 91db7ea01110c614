"""Installer of programs: takes them from the PATH or an earlier build, else builds or installs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from local.faults import ToolNotFound
from local.programs import Servers
from local.settings import REPOSITORY_PATH
from local.tool_list import TEMPORAL, VERSITYGW, GoTool, ModuleTool, PackagedTool, Tool

Report = Callable[[str], None]


class Toolbox:
    """The tools of one repository: builds go to `tools_path`; `environment` has the PATH."""

    def __init__(
        self, tools_path: Path = REPOSITORY_PATH / ".tools", environment: Mapping[str, str] = os.environ
    ) -> None:
        self._tools_path = tools_path
        self._bin_path = tools_path / "bin"
        self._environment = environment

    def servers(self) -> Servers:
        """Paths of the stack's servers. Raises `ToolNotFound` when one is not installed."""
        return Servers(temporal=self.require(TEMPORAL), versitygw=self.require(VERSITYGW))

    def find(self, name: str) -> Path | None:
        """The program on the PATH, else the one that was built here."""
        on_path = self._on_path(name)
        if on_path is not None:
            return Path(on_path)
        built = self._bin_path / name
        return built if os.access(built, os.X_OK) else None

    def install(self, tools: tuple[Tool, ...], report: Report) -> None:
        """Install every missing tool, or raise `ToolNotFound` that says what to install."""
        if all(self._has(tool) for tool in tools):
            return
        with self._alone(report):
            for tool in tools:
                if self._has(tool):
                    continue
                if isinstance(tool, PackagedTool) and tool.unpacked:
                    self._unpack(tool, report)
                elif isinstance(tool, PackagedTool):
                    self._install_package(tool, report)
                else:
                    self._build(tool, report)

    def _has(self, tool: Tool) -> bool:
        if isinstance(tool, PackagedTool) and tool.path is not None:
            return tool.path.exists()
        return self.find(tool.name) is not None

    def require(self, tool: Tool) -> Path:
        """Path of the program. Raises `ToolNotFound` when it is not installed."""
        found = self.find(tool.name)
        if found is None:
            raise ToolNotFound(
                f"{tool.name} is not on the PATH and not in {self._bin_path}: run `make tools`."
            )
        return found

    def _build(self, tool: GoTool | ModuleTool, report: Report) -> None:
        if self._on_path("go") is None:
            raise ToolNotFound(
                f"{tool.name} is not installed, and neither is Go to build it: "
                f"install {tool.name}, or Go from go.dev."
            )
        title = f"{tool.name} {tool.version}" if isinstance(tool, GoTool) else tool.name
        report(f"Building {title}, once (about {tool.minutes} minutes on two cores) …")
        self._bin_path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._tools_path) as unfinished:
            done = _run(_build_command(tool, unfinished), self._go_environment(unfinished))
            if done.returncode != 0:
                raise ToolNotFound(
                    f"{tool.name} is not installed, and building it failed: {_last_line(done)} "
                    f"Install {tool.name}, or make `go install` work."
                )
            (Path(unfinished) / tool.name).replace(self._bin_path / tool.name)

    def _go_environment(self, target: str) -> dict[str, str]:
        # All of them are pure Go: without cgo a build needs no C compiler.
        environment = {**self._environment, "GOBIN": target, "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod"}
        home = environment.get("HOME", "")
        if not home or not os.access(home, os.W_OK):
            go_path = self._tools_path / "go"
            environment |= {"GOPATH": str(go_path), "GOCACHE": str(go_path / "cache"), "GOENV": "off"}
        return environment

    def _install_package(self, tool: PackagedTool, report: Report) -> None:
        missing = f"{tool.name} is not installed"
        apt = self._on_path("apt-get")
        if apt is None:
            raise ToolNotFound(f"{missing}: install it with your system's package manager.")
        instruction = f"{missing}: run `sudo apt-get install {tool.package}`."
        prefix = self._root_prefix()
        if prefix is None:
            raise ToolNotFound(instruction)
        report(f"Installing {tool.package} with apt-get …")
        environment = {**self._environment, "DEBIAN_FRONTEND": "noninteractive"}
        install = [*prefix, apt, "install", "--yes", "--no-install-recommends", tool.package]
        done = _run(install, environment)
        if done.returncode != 0:
            # A fresh machine may have no package lists yet.
            _run([*prefix, apt, "update"], environment)
            done = _run(install, environment)
        if done.returncode != 0 or not self._has(tool):
            raise ToolNotFound(f"{instruction} Trying that failed: {_last_line(done)}")

    def _unpack(self, tool: PackagedTool, report: Report) -> None:
        apt, dpkg = self._on_path("apt-get"), self._on_path("dpkg-deb")
        if apt is None or dpkg is None:
            raise ToolNotFound(
                f"{tool.name} is not installed: install it with your system's package manager."
            )
        report(f"Extracting {tool.name} from the package {tool.package} …")
        environment = dict(self._environment)
        with tempfile.TemporaryDirectory(dir=self._tools_path) as unfinished:
            download = [apt, "download", tool.package]
            done = _run(download, environment, unfinished)
            prefix = self._root_prefix()
            if done.returncode != 0 and prefix is not None:
                _run([*prefix, apt, "update"], environment)
                done = _run(download, environment, unfinished)
            for package in Path(unfinished).glob("*.deb"):
                done = _run([dpkg, "--extract", str(package), unfinished], environment)
            program = Path(unfinished) / "usr/bin" / tool.name
            if not program.exists():
                raise ToolNotFound(
                    f"{tool.name} is not installed, and its package {tool.package} could not be unpacked: "
                    f"{_last_line(done)}"
                )
            self._bin_path.mkdir(parents=True, exist_ok=True)
            program.replace(self._bin_path / tool.name)

    def _root_prefix(self) -> list[str] | None:
        """Prefix of a command that runs it as root without a password; None when that is impossible."""
        if os.getuid() == 0:
            return []
        sudo = self._on_path("sudo")
        if sudo is None or _run([sudo, "-n", "true"], dict(self._environment)).returncode != 0:
            return None
        return [sudo, "-n", "DEBIAN_FRONTEND=noninteractive"]

    def _on_path(self, name: str) -> str | None:
        # Debian installs servers into /usr/sbin, which is not on a user's PATH.
        return shutil.which(name, path=self._environment.get("PATH", "") + os.pathsep + "/usr/sbin")

    @contextmanager
    def _alone(self, report: Report) -> Iterator[None]:
        """Two commands that start at once build a tool once."""
        self._tools_path.mkdir(exist_ok=True)
        lock = FileLock(self._tools_path / "lock")
        try:
            held = lock.acquire(blocking=False)
        except Timeout:
            report("Another command is building or installing tools; waiting for it …")
            held = lock.acquire()
        with held:
            yield


def _build_command(tool: GoTool | ModuleTool, target: str) -> list[str]:
    if isinstance(tool, GoTool):
        return ["go", "install", "-trimpath", f"{tool.module}@{tool.version}"]
    link_flags = f"-ldflags=-s -w {tool.link_flags}"
    build = ["go", "build", "-C", str(tool.module_path), "-mod=readonly", "-trimpath", link_flags]
    return [*build, "-o", f"{target}/{tool.name}", tool.package]


def _run(
    argv: list[str], environment: dict[str, str], folder: str | None = None
) -> subprocess.CompletedProcess[str]:
    program = shutil.which(argv[0], path=environment.get("PATH", "")) or argv[0]
    return subprocess.run(
        [program, *argv[1:]],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr or done.stdout).strip().splitlines()
    return lines[-1].rstrip(".") + "." if lines else f"exit code {done.returncode}."
