"""List of the programs that the product, its tests and its demo models need, with their sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from local.settings import REPOSITORY_PATH


@dataclass(frozen=True)
class GoTool:
    """A program that `go install` builds."""

    name: str
    module: str
    version: str
    minutes: int


@dataclass(frozen=True)
class ModuleTool:
    """A program of a Go module with `replace` lines, which `go install` refuses; `go build` builds it in
    the folder whose go.mod repeats them."""

    name: str
    package: str
    module_path: Path
    minutes: int
    link_flags: str = ""


@dataclass(frozen=True)
class PackagedTool:
    """A program of the operating system, or a file of it at `path`; `package` is its name in Debian.

    An `unpacked` one is extracted from its package, whose installation would start a server.
    """

    name: str
    package: str
    path: Path | None = None
    unpacked: bool = False


Tool = GoTool | ModuleTool | PackagedTool

# Newer versions of the CLI hold a `replace` line, with which `go install` refuses to build.
TEMPORAL = GoTool("temporal", "github.com/temporalio/cli/cmd/temporal", "v1.5.1", minutes=5)
VERSITYGW = GoTool("versitygw", "github.com/versity/versitygw/cmd/versitygw", "v1.8.0", minutes=2)
# The second S3 server of the store's contract tests; the product does not run it.
MINIO = GoTool("minio", "github.com/minio/minio", "v0.0.0-20260212201848-7aac2a2c5b7c", minutes=3)

# Builds the manifests of k8s/ for their tests; kubectl contains it for users.
KUSTOMIZE = GoTool("kustomize", "sigs.k8s.io/kustomize/kustomize/v5", "v5.8.1", minutes=1)

FFMPEG = PackagedTool("ffmpeg", "ffmpeg")
FFPROBE = PackagedTool("ffprobe", "ffmpeg")

_FONTS_PATH = Path("/usr/share/fonts/truetype")
# The smallest set for the scripts of subtitles (28 MB); libass picks the font that has a letter.
FONTS = (
    PackagedTool("the font of Latin, Greek, Cyrillic, Hebrew and Arabic", "fonts-dejavu-core",
                 _FONTS_PATH / "dejavu/DejaVuSans.ttf"),
    PackagedTool("the font of Chinese, Japanese and Korean", "fonts-wqy-microhei",
                 _FONTS_PATH / "wqy/wqy-microhei.ttc"),
    PackagedTool("the font of Thai, Devanagari and others", "fonts-freefont-ttf",
                 _FONTS_PATH / "freefont/FreeSans.ttf"),
    PackagedTool("the font of Khmer", "fonts-khmeros", _FONTS_PATH / "khmeros/KhmerOS.ttf"),
    PackagedTool("the font of Burmese", "fonts-sil-padauk", _FONTS_PATH / "padauk/Padauk-Regular.ttf"),
    # Outlines: libass can't draw the pictures of a colour font.
    PackagedTool("the font of emoji", "fonts-symbola", _FONTS_PATH / "ancient-scripts/Symbola_hint.ttf"),
)  # fmt: skip

RUN_TOOLS = (FFMPEG, FFPROBE, VERSITYGW, TEMPORAL, *FONTS)
# The reverse proxy in front of the API, as the tests run it.
NGINX = PackagedTool("nginx", "nginx")
# The catalogue's other database; its programs lie outside the PATH.
POSTGRES = PackagedTool("PostgreSQL", "postgresql", Path("/usr/lib/postgresql"))
# Temporal's older command line; docs/operations.md names its commands beside those of the newer one.
TCTL = ModuleTool("tctl", "github.com/temporalio/tctl/cmd/tctl", REPOSITORY_PATH / "deploy/tctl", minutes=4)
# Tests the alert rules, and exports the machine's metrics that some of them use.
PROMTOOL = PackagedTool("promtool", "prometheus", unpacked=True)
NODE_EXPORTER = PackagedTool("prometheus-node-exporter", "prometheus-node-exporter", unpacked=True)
# Parses docker-compose.yml as Docker Compose does.
COMPOSE_MODEL = ModuleTool("compose-model", ".", REPOSITORY_PATH / "deploy/compose/parser", minutes=1)
# Linters of the CI workflows, and of the shell scripts in them and beside them.
ACTIONLINT = GoTool("actionlint", "github.com/rhysd/actionlint/cmd/actionlint", "v1.7.12", minutes=1)
SHELLCHECK = PackagedTool("shellcheck", "shellcheck")
# The browser that tests the pages.
CHROMIUM = PackagedTool("chromium", "chromium")
TEST_TOOLS = (
    *RUN_TOOLS,
    MINIO,
    NGINX,
    POSTGRES,
    PROMTOOL,
    NODE_EXPORTER,
    TCTL,
    KUSTOMIZE,
    COMPOSE_MODEL,
    ACTIONLINT,
    SHELLCHECK,
    CHROMIUM,
)
# Sources of the speech and the animal pictures that the demo models are trained on.
MODEL_TOOLS = (
    FFMPEG,
    PackagedTool("espeak-ng", "espeak-ng"),
    PackagedTool(
        "the colour emoji font",
        "fonts-noto-color-emoji",
        Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"),
    ),
)
