"""Exact sizes, qualities, cue styles and scripts, with the real FFmpeg."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.ffmpeg.tool import FfmpegTool
from domain.media.rendition import FrameSize, Rendition, Resolution
from domain.subtitles.style import READABLE, CuePosition, CueStyle
from tests.contract.media import looks
from tests.contract.media.progress import NotedProgress
from tests.contract.media.recipes import AAC, TONE, X264, Clips, ffmpeg, picture

SMALL = FrameSize(640, 360)
Look = Callable[..., bytes]


@pytest.fixture(scope="module")
def old_tv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """4:3 picture of a single colour, tagged as BT.709."""
    path = tmp_path_factory.mktemp("shapes") / "old_tv.mp4"
    tags = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709"
    grey = ["-f", "lavfi", "-i", "color=c=0x808080:s=320x240:r=10:d=2"]
    ffmpeg(*grey, *TONE, "-vf", tags, *X264, *AAC, str(path))
    return path


@pytest.fixture
def drawn(tool: FfmpegTool, old_tv: Path, tmp_path: Path) -> Look:
    def look(text: str, style: CueStyle = READABLE) -> bytes:
        srt_path, target = tmp_path / "cues.srt", tmp_path / "drawn.mp4"
        srt_path.write_text(f"1\n00:00:00,000 --> 00:00:02,000\n{text}\n")
        media = tool.probe(old_tv, NotedProgress())
        rendition = Rendition(exact=SMALL, style=style)
        tool.burn_subtitles(old_tv, media, rendition, srt_path, target, NotedProgress())
        return looks.grey(target, 1, 640, 360)

    return look


@pytest.mark.parametrize("resolution", list(Resolution))
@pytest.mark.parametrize("name", ["plain.mp4", "portrait.mkv", "odd.mkv", "wide_pixels.mp4"])
def test_a_result_has_exactly_the_requested_size(
    tool: FfmpegTool, clips: Clips, tmp_path: Path, resolution: Resolution, name: str
) -> None:
    target = tmp_path / "made.mp4"
    media = tool.probe(clips(name), NotedProgress())

    tool.downscale(clips(name), media, Rendition(exact=resolution.size), target, NotedProgress())

    made = looks.stream(target, "video")
    assert (made["width"], made["height"]) == (resolution.size.width, resolution.size.height)
    assert made["sample_aspect_ratio"] == "1:1"
    assert (made["codec_name"], made["pix_fmt"]) == ("h264", "yuv420p")


def test_a_picture_of_another_shape_has_bars_beside_it_and_keeps_its_colours_and_sound(
    tool: FfmpegTool, old_tv: Path, tmp_path: Path
) -> None:
    target = tmp_path / "made.mp4"

    tool.downscale(
        old_tv, tool.probe(old_tv, NotedProgress()), Rendition(exact=SMALL), target, NotedProgress()
    )

    row = looks.grey(target, 1, 640, 360)[180 * 640 : 181 * 640]
    assert max(row[:78]) < 10
    assert max(row[-78:]) < 10
    assert min(row[84:556]) > 120
    made = looks.stream(target, "video")
    assert (made["color_primaries"], made["color_transfer"], made["color_space"]) == ("bt709",) * 3
    assert looks.stream(target, "audio")["codec_name"] == "aac"
    content = target.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_a_higher_crf_makes_a_smaller_file(tool: FfmpegTool, clips: Clips, tmp_path: Path) -> None:
    media = tool.probe(clips("large.mp4"), NotedProgress())
    sizes = []
    for crf in (10, 45):
        target = tmp_path / f"{crf}.mp4"
        tool.downscale(clips("large.mp4"), media, Rendition(exact=SMALL, crf=crf), target, NotedProgress())
        sizes.append(target.stat().st_size)

    assert sizes[0] > 2 * sizes[1]


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_a_large_hdr_source_becomes_a_small_sdr_video(
    tool: FfmpegTool, tmp_path: Path, transfer: str
) -> None:
    source, target = tmp_path / "hdr.mkv", tmp_path / "made.mp4"
    tags = f"setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc"
    deep = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"]
    ffmpeg(*picture("3840x2160", "5", "0.6"), "-vf", tags, *deep, str(source))

    tool.downscale(
        source, tool.probe(source, NotedProgress()), Rendition(exact=SMALL), target, NotedProgress()
    )

    made = looks.stream(target, "video")
    assert (made["width"], made["height"], made["pix_fmt"]) == (640, 360, "yuv420p")
    assert (made["color_primaries"], made["color_transfer"], made["color_space"]) == ("bt709",) * 3
    shown = looks.grey(target, 0, 640, 360)
    assert min(shown) < 60
    assert max(shown) > 120


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("שלום", "עולם", id="Hebrew"),
        pytest.param("مرحبا", "بالعا", id="Arabic"),
        pytest.param("你好", "世界", id="Chinese"),
        pytest.param("日本", "かな", id="Japanese"),
        pytest.param("안녕", "하세", id="Korean"),
        pytest.param("ไท", "ภา", id="Thai"),
        pytest.param("हि", "दी", id="Devanagari"),
        pytest.param("🐶", "😀", id="emoji"),
    ],
)
def test_every_script_is_drawn_with_its_own_letters(drawn: Look, one: str, other: str) -> None:
    nothing, first, second = drawn("\u200b"), drawn(one), drawn(other)

    # Boxes in place of missing letters would be equal for both.
    assert differing(first, nothing) > 100
    assert differing(first, second) > 50


@pytest.mark.parametrize(
    ("position", "rows"),
    [
        (CuePosition.TOP, range(120)),
        (CuePosition.MIDDLE, range(120, 240)),
        (CuePosition.BOTTOM, range(240, 360)),
    ],
)
def test_cues_are_drawn_at_the_position_of_the_style(drawn: Look, position: CuePosition, rows: range) -> None:
    nothing, text = drawn("\u200b"), drawn("Hello", CueStyle(position=position))

    changed = {place // 640 for place in range(len(text)) if abs(text[place] - nothing[place]) > 40}

    assert changed
    assert changed <= set(rows)


def test_a_box_lies_behind_the_text(drawn: Look) -> None:
    bare, boxed = drawn("Hello"), drawn("Hello", CueStyle(box=True))

    dark = [sum(value < 100 for value in look) for look in (bare, boxed)]
    assert dark[1] > dark[0] + 200
    assert differing(bare, boxed) > 300


def differing(one: bytes, other: bytes) -> int:
    return sum(abs(a - b) > 40 for a, b in zip(one, other, strict=True))


def drawn_columns(look: bytes, nothing: bytes) -> list[int]:
    """The columns in which something is drawn, from the left."""
    return sorted({place % 640 for place in range(len(look)) if abs(look[place] - nothing[place]) > 40})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("字幕行用来检查画面边缘是否会把文字切掉因为有些渲染器不会自动换行" * 2, id="Chinese"),
        pytest.param("นี่คือคำบรรยายภาษาไทยที่ยาวมากและไม่มีช่องว่างระหว่างคำ" * 2, id="Thai"),
        pytest.param("https://example.org/" + "a-very-long-address-" * 6, id="an address"),
        pytest.param("W" * 90, id="a long word"),
    ],
)
def test_text_without_spaces_is_wrapped_inside_the_picture(drawn: Look, text: str) -> None:
    nothing, look = drawn("\u200b"), drawn(text)

    columns = drawn_columns(look, nothing)
    assert columns[0] > 4
    assert columns[-1] < 635
    rows = {place // 640 for place in range(len(look)) if abs(look[place] - nothing[place]) > 40}
    assert max(rows) - min(rows) > 30


@pytest.mark.parametrize("text", ["זה סוף המשפט", "هذه نهاية"])
def test_the_full_stop_of_right_to_left_text_stands_at_its_left_end(drawn: Look, text: str) -> None:
    nothing, bare, ended = drawn("\u200b"), drawn(text), drawn(text + ".")

    added = drawn_columns(bare, nothing)[0] - drawn_columns(ended, nothing)[0]
    first = drawn_columns(ended, nothing)[0]
    stop = [
        row for row in range(360) if abs(ended[row * 640 + first + 1] - nothing[row * 640 + first + 1]) > 40
    ]
    # The line is centred, so that a sign that is added moves both ends; a full stop is low and small.
    assert added > 0
    assert max(stop) - min(stop) < 8


def test_letters_that_join_are_joined(drawn: Look) -> None:
    nothing = drawn("\u200b")
    joined, apart = (drawn_columns(drawn(text), nothing) for text in ("क्ष", "क\u200bष"))

    assert joined[-1] - joined[0] < 0.8 * (apart[-1] - apart[0])


def test_signs_that_are_markup_elsewhere_are_drawn_as_they_are(drawn: Look) -> None:
    nothing = drawn("\u200b")

    plain, braces = (drawn_columns(drawn(text), nothing) for text in (r"C New hello x", r"C:\New\hello {x}"))
    assert braces[-1] - braces[0] > plain[-1] - plain[0]
