"""The `whisper-ctranslate2` command, in an environment of its own so that it is no part of the product's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.measure import Usage, run_measured
from local.settings import REPOSITORY_PATH

VERSION = "0.5.8"
_ENVIRONMENT = REPOSITORY_PATH / ".data" / "bench" / f"whisper-ctranslate2-{VERSION}"
_PINS = (f"whisper-ctranslate2=={VERSION}", "faster-whisper==1.2.1", "ctranslate2==4.8.5")


def installed() -> Path:
    """The command, installed at its first use."""
    command = _ENVIRONMENT / "bin" / "whisper-ctranslate2"
    if not command.exists():
        uv = Path(sys.executable).with_name("uv")
        subprocess.run(
            [uv, "venv", "--quiet", "--clear", "--python", sys.executable, _ENVIRONMENT], check=True
        )
        python = _ENVIRONMENT / "bin" / "python"
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *_PINS], check=True)
    return command


def transcribe(
    clips: Sequence[Path],
    model: str,
    folder: Path,
    threads: int,
    *,
    beam_size: int,
    language: str | None = None,
    batched: bool = False,
) -> Usage:
    """Write `folder/CLIP.srt` for each clip, with word times and the voice filter as the product has them."""
    asked = ["--language", language] if language else []
    asked += ["--batched", "True", "--batch_size", "4"] if batched else []
    return run_measured(
        [
            *(installed(), "--model_directory", model, "--local_files_only", "True"),
            *("--device", "cpu", "--compute_type", "int8", "--threads", str(threads)),
            *("--beam_size", str(beam_size), "--word_timestamps", "True", "--vad_filter", "True"),
            # As the product does; each window is decoded for itself.
            *("--condition_on_previous_text", "False"),
            # The lines of timed text; without these the command breaks none.
            *("--max_line_width", "42", "--max_line_count", "2"),
            *("--verbose", "False", "--output_format", "srt", "--output_dir", folder),
            *asked,
            *clips,
        ],
        {"HF_HUB_OFFLINE": "1"},
    )
