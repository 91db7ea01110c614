"""Clips, each made at its first use, and the tool under test."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits, RunLimits
from adapters.ffmpeg.tool import FfmpegTool
from tests.contract.media.recipes import RECIPES, Clips, ffmpeg


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    folder = tmp_path_factory.mktemp("clips")

    def clip(name: str) -> Path:
        path = folder / name
        if not path.exists():
            ffmpeg(*RECIPES[name], str(path))
        return path

    return clip


@pytest.fixture
def tool() -> FfmpegTool:
    return FfmpegTool(EncodeRecipe(preset="ultrafast"), MediaLimits(), RunLimits())
