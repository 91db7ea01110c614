"""Where each program that the product runs comes from: the PATH, what was built before, or a build now."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.faults import ToolNotFound
from local.programs import Servers
from local.settings import REPOSITORY_PATH

Report = Callable[[str], None]


@dataclass(frozen=True)
class GoTool:
    """A program that `go install` builds."""

    name: str
    module: str
    version: str
    minutes: int


@dataclass(frozen=True)
class PackagedTool:
    """A program of the operating system, or a file of it at `path`; `package` is its name in Debian."""

    name: str
    package: str
    path: Path | None = None


# Newer versions of the CLI hold a `replace` line, with which `go install` refuses to build.
TEMPORAL = GoTool("temporal", "github.com/temporalio/cli/cmd/temporal", "v1.5.1", minutes=5)
VERSITYGW = GoTool("versitygw", "github.com/versity/versitygw/cmd/versitygw", "v1.8.0", minutes=2)
# The second S3 server of the store's contract tests; the product does not run it.
MINIO = GoTool("minio", "github.com/minio/minio", "v0.0.0-20260212201848-7aac2a2c5b7c", minutes=3)

FFMPEG = PackagedTool("ffmpeg", "ffmpeg")
FFPROBE = PackagedTool("ffprobe", "ffmpeg")

_FONTS_PATH = Path("/usr/share/fonts/truetype")
# The smallest set that draws what subtitles are written in (22 MB); libass finds the one that has a letter.
FONTS = (
    PackagedTool("the font of Latin, Greek, Cyrillic, Hebrew and Arabic", "fonts-dejavu-core",
                 _FONTS_PATH / "dejavu/DejaVuSans.ttf"),
    PackagedTool("the font of Chinese, Japanese and Korean", "fonts-wqy-microhei",
                 _FONTS_PATH / "wqy/wqy-microhei.ttc"),
    PackagedTool("the font of Thai, Devanagari and others", "fonts-freefont-ttf",
                 _FONTS_PATH / "freefont/FreeSans.ttf"),
    # Outlines: libass can't draw the pictures of a colour font.
    PackagedTool("the font of emoji", "fonts-symbola", _FONTS_PATH / "ancient-scripts/Symbola_hint.ttf"),
)  # fmt: skip

RUN_TOOLS = (FFMPEG, FFPROBE, VERSITYGW, TEMPORAL, *FONTS)
# The server in front of the API, as the tests run it.
NGINX = PackagedTool("nginx", "nginx")
# The catalogue's other database; its programs lie outside the PATH.
POSTGRES = PackagedTool("PostgreSQL", "postgresql", Path("/usr/lib/postgresql"))
# Read the workflows of the forge, and the shell scripts in them and beside them.
ACTIONLINT = GoTool("actionlint", "github.com/rhysd/actionlint/cmd/actionlint", "v1.7.12", minutes=1)
SHELLCHECK = PackagedTool("shellcheck", "shellcheck")
TEST_TOOLS = (*RUN_TOOLS, MINIO, NGINX, POSTGRES, ACTIONLINT, SHELLCHECK)
# The voices and the animal pictures that the demo models are trained on.
MODEL_TOOLS = (
    FFMPEG,
    PackagedTool("espeak-ng", "espeak-ng"),
    PackagedTool(
        "the colour emoji font",
        "fonts-noto-color-emoji",
        Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"),
    ),
)


class Toolbox:
    """The tools of one repository: `tools_path` is where it builds, `environment` where it looks."""

    def __init__(
        self, tools_path: Path = REPOSITORY_PATH / ".tools", environment: Mapping[str, str] = os.environ
    ) -> None:
        self._tools_path = tools_path
        self._bin_path = tools_path / "bin"
        self._environment = environment

    def servers(self) -> Servers:
        """The servers of the stack, which must be there already."""
        return Servers(temporal=self._require(TEMPORAL), versitygw=self._require(VERSITYGW))

    def find(self, name: str) -> Path | None:
        """The program from the PATH, else the one that was built here."""
        on_path = self._on_path(name)
        if on_path is not None:
            return Path(on_path)
        built = self._bin_path / name
        return built if os.access(built, os.X_OK) else None

    def install(self, tools: tuple[GoTool | PackagedTool, ...], report: Report) -> None:
        """Put every tool that is missing in place, or raise `ToolNotFound` that says what to install."""
        if all(self._has(tool) for tool in tools):
            return
        with self._alone(report):
            for tool in tools:
                if self._has(tool):
                    continue
                if isinstance(tool, GoTool):
                    self._build(tool, report)
                else:
                    self._install_package(tool, report)

    def _has(self, tool: GoTool | PackagedTool) -> bool:
        if isinstance(tool, PackagedTool) and tool.path is not None:
            return tool.path.exists()
        return self.find(tool.name) is not None

    def _require(self, tool: GoTool) -> Path:
        found = self.find(tool.name)
        if found is None:
            raise ToolNotFound(
                f"{tool.name} is not on the PATH and not in {self._bin_path}: run `make tools`."
            )
        return found

    def _build(self, tool: GoTool, report: Report) -> None:
        if self._on_path("go") is None:
            raise ToolNotFound(
                f"{tool.name} is not installed, and Go is not there to build it: "
                f"install {tool.name}, or Go from go.dev."
            )
        report(f"Building {tool.name} {tool.version}, once (about {tool.minutes} minutes on two cores) …")
        self._bin_path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._tools_path) as unfinished:
            build = ["go", "install", "-trimpath", f"{tool.module}@{tool.version}"]
            done = _run(build, self._go_environment(unfinished))
            if done.returncode != 0:
                raise ToolNotFound(
                    f"{tool.name} is not installed, and building it failed: {_last_line(done)} "
                    f"Install {tool.name}, or make `go install` work."
                )
            (Path(unfinished) / tool.name).replace(self._bin_path / tool.name)

    def _go_environment(self, target: str) -> dict[str, str]:
        # All three are pure Go: with no C compiler in play a build needs nothing but Go.
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
        by_hand = f"{missing}: run `sudo apt-get install {tool.package}`."
        prefix = self._root_prefix()
        if prefix is None:
            raise ToolNotFound(by_hand)
        report(f"Installing {tool.package} with apt-get …")
        environment = {**self._environment, "DEBIAN_FRONTEND": "noninteractive"}
        get = [*prefix, apt, "install", "--yes", "--no-install-recommends", tool.package]
        done = _run(get, environment)
        if done.returncode != 0:
            # A fresh machine may not know the packages' places yet.
            _run([*prefix, apt, "update"], environment)
            done = _run(get, environment)
        if done.returncode != 0 or not self._has(tool):
            raise ToolNotFound(f"{by_hand} Trying that failed: {_last_line(done)}")

    def _root_prefix(self) -> list[str] | None:
        """What goes before a command to run it as root without a password; None where that can't be."""
        if os.getuid() == 0:
            return []
        sudo = self._on_path("sudo")
        if sudo is None or _run([sudo, "-n", "true"], dict(self._environment)).returncode != 0:
            return None
        return [sudo, "-n", "DEBIAN_FRONTEND=noninteractive"]

    def _on_path(self, name: str) -> str | None:
        # Debian keeps servers where a user's PATH does not look.
        return shutil.which(name, path=self._environment.get("PATH", "") + os.pathsep + "/usr/sbin")

    @contextmanager
    def _alone(self, report: Report) -> Iterator[None]:
        """Two commands that start at once build a tool once."""
        self._tools_path.mkdir(exist_ok=True)
        with (self._tools_path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                report("Another command is building or installing tools; waiting for it …")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _run(argv: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    program = shutil.which(argv[0], path=environment.get("PATH", "")) or argv[0]
    return subprocess.run(
        [program, *argv[1:]],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr or done.stdout).strip().splitlines()
    return lines[-1].rstrip(".") + "." if lines else f"exit code {done.returncode}."
