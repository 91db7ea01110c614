"""Command lines and styles of renditions with an exact size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.ffmpeg.chunk_tool import ChunkTool
from adapters.ffmpeg.commands import chunks, encode, subtitles
from adapters.ffmpeg.inspect.conformity import picture_conforms
from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits, RunLimits
from domain.media.chunks import Chunk, FrameClock
from domain.media.rendition import FrameSize, Rendition, Resolution
from domain.media.source import PictureStream, Ratio, SourceMedia
from domain.subtitles.style import CueStyle

SOURCE, TARGET, SRT = Path("/scratch/source"), Path("/scratch/made.mp4"), Path("/scratch/cues.srt")
OLD_TV = SourceMedia("mov,mp4", 20_000_000, 1000, PictureStream(0, "h264", "yuv420p", 640, 480, Ratio(25)))
HD = FrameSize(1280, 720)


def graph(argv: tuple[str, ...]) -> str:
    return argv[argv.index("-filter_complex") + 1]


def test_a_picture_of_another_shape_is_padded_before_cues_are_drawn() -> None:
    rendition = Rendition(exact=HD, crf=30)

    argv = subtitles.burn_subtitles(
        SOURCE, OLD_TV, rendition, SRT, EncodeRecipe(), TARGET, MediaLimits(), tone_map=False
    )

    assert graph(argv).startswith(
        "[0:0]scale=960:720:out_range=tv[s0];[s0]setsar=1[s1];[s1]format=yuv420p[s2];"
        "[s2]pad=1280:720:160:0[s3];[s3]ass="
    )
    assert argv[argv.index("-crf") + 1] == "30"


def test_a_chunk_has_the_same_frame_and_quality_as_the_whole() -> None:
    argv = chunks.encode_chunk(
        SOURCE,
        OLD_TV,
        Rendition(exact=HD, crf=30),
        FrameClock(Ratio(1, 12800), 0),
        Chunk(0, 0, 512, 1, 0),
        None,
        EncodeRecipe(),
        TARGET,
        MediaLimits(),
        tone_map=False,
    )

    assert "pad=1280:720:160:0" in graph(argv)
    assert argv[argv.index("-crf") + 1] == "30"


def test_a_picture_of_the_frames_shape_has_no_bars() -> None:
    wide = replace(OLD_TV, picture=replace(OLD_TV.picture, width=1920, height=1080))

    argv = encode.downscale(
        SOURCE, wide, Rendition(exact=HD), EncodeRecipe(), TARGET, MediaLimits(), tone_map=False
    )

    assert "scale=1280:720:out_range=tv" in graph(argv)
    assert "pad" not in graph(argv)


@pytest.mark.parametrize(
    ("resolution", "inner"),
    [
        (Resolution.P360, (480, 360)),
        (Resolution.P480, (640, 480)),
        (Resolution.P720, (960, 720)),
        (Resolution.P1080, (1440, 1080)),
    ],
)
def test_bars_are_as_even_as_the_picture(resolution: Resolution, inner: tuple[int, int]) -> None:
    rendition = Rendition(exact=resolution.size)

    assert rendition.picture_size(640, 480) == inner
    assert rendition.size(640, 480) == (resolution.size.width, resolution.size.height)


def test_a_picture_is_copied_only_when_it_has_the_exact_size_and_no_quality_is_asked_for() -> None:
    assert picture_conforms(OLD_TV, Rendition(exact=FrameSize(640, 480)))
    assert not picture_conforms(OLD_TV, Rendition(exact=FrameSize(640, 360)))
    assert not picture_conforms(OLD_TV, Rendition(exact=FrameSize(640, 480), crf=23))


@pytest.mark.parametrize(
    "wrong",
    [
        {"font": "Arial,Alignment=5"},
        {"font": ""},
        {"font": "x" * 65},
        {"color": "red"},
        {"color": "#fffffg"},
        {"outline_color": "#ffffff,FontSize=900"},
        {"size_percent": 0.0},
        {"size_percent": 21.0},
        {"size_percent": float("nan")},
        {"outline_percent": -1.0},
        {"margin_percent": 41.0},
    ],
)
def test_an_invalid_style_can_not_be_built(wrong: dict[str, str | float]) -> None:
    with pytest.raises(ValueError, match=r"font|colour|letters|outline|margin"):
        CueStyle(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("crf", [-1, 52])
def test_a_quality_outside_the_encoders_range_can_not_be_built(crf: int) -> None:
    with pytest.raises(ValueError, match="CRF is 0 to 51"):
        Rendition(crf=crf)


def test_a_recipe_digest_covers_everything_that_changes_the_bytes() -> None:
    chunk_tool = ChunkTool(EncodeRecipe(), MediaLimits(), RunLimits())
    other_tool = ChunkTool(EncodeRecipe(preset="ultrafast", crf=1), MediaLimits(), RunLimits())
    full, boxed = Rendition(1080), Rendition(style=CueStyle(box=True))
    recipes = {
        chunk_tool.recipe_sha256(OLD_TV, full, "", plain=False),
        chunk_tool.recipe_sha256(OLD_TV, Rendition(64), "", plain=False),
        chunk_tool.recipe_sha256(OLD_TV, full, "cues", plain=False),
        chunk_tool.recipe_sha256(OLD_TV, full, "", plain=True),
        other_tool.recipe_sha256(OLD_TV, full, "", plain=False),
        chunk_tool.recipe_sha256(OLD_TV, Rendition(exact=FrameSize(640, 360)), "", plain=False),
        chunk_tool.recipe_sha256(OLD_TV, Rendition(crf=40), "", plain=False),
        chunk_tool.recipe_sha256(OLD_TV, boxed, "cues", plain=False),
    }

    assert len(recipes) == 8
    # Only the final size counts, and the style only if there are cues.
    assert chunk_tool.recipe_sha256(OLD_TV, Rendition(720), "", plain=False) in recipes
    assert chunk_tool.recipe_sha256(OLD_TV, boxed, "", plain=False) in recipes
