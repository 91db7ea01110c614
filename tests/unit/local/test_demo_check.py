"""Check of the demo result."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.clip import Clip, read_clip
from local.demo_check import check_result, transcript_text, word_error_rate
from local.faults import LocalFault, ResultWrong

DEMO = Path(__file__).parents[3] / "models" / "demo" / "clip" / "demo.mp4"

CLIP = Clip(
    path=Path("demo.mp4"),
    language="fr",
    animals=frozenset({"cat"}),
    sentences=("Le chat dort.",),
    duration_us=2_000_000,
)
RESULT: dict[str, Any] = {"result": {"language": "fr", "animals_detected": ["cat"]}}
VTT = "WEBVTT\n\nNOTE language: fr\n\n00:00:00.000 --> 00:00:01.000\nLe <i>chat</i>\ndort.\n"


@pytest.mark.parametrize(
    ("reference", "text", "rate"),
    [
        ("Le chat noir dort.", "le chat noir dort", 0.0),
        ("Le chat noir dort.", "le chien noir dort", 0.25),
        ("Le chat noir dort.", "", 1.0),
        ("Le chat noir dort.", "le chat noir dort dort", 0.25),
        ("un deux", "zéro un deux trois", 1.0),
        ("", "un", 1.0),
        ("", "", 0.0),
    ],
)
def test_the_word_error_rate_counts_changed_lost_and_added_words(
    reference: str, text: str, rate: float
) -> None:
    assert word_error_rate(reference, text) == rate


def test_the_text_of_subtitles_is_read_without_times_notes_and_marks(tmp_path: Path) -> None:
    (tmp_path / "s.vtt").write_text(VTT + "\n2\n00:00:01.000 --> 00:00:02.000 line:0\na &amp; b &lt;c&gt;\n")
    assert transcript_text(tmp_path / "s.vtt") == ["Le chat dort.", "a & b <c>"]


def test_the_shipped_clip_has_expected_results() -> None:
    clip = read_clip(DEMO)
    assert clip.language == "fr"
    assert clip.animals == {"cat", "dog"}
    assert len(clip.sentences) > 2


def test_a_clip_without_expected_results_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LocalFault, match="make demo-models"):
        read_clip(tmp_path / "demo.mp4")


def make_result(folder: Path, *options: str, seconds: int = 2, size: str = "320x180") -> Path:
    """Files of a result like the merger's; `options` are FFmpeg's output options."""
    (folder / "subtitles.vtt").write_text(VTT)
    video = f"testsrc2=size={size}:rate=25:duration={seconds}"
    inputs = ["-f", "lavfi", "-i", video, "-f", "lavfi", "-i", f"sine=duration={seconds}"]
    argv = ["ffmpeg", "-v", "error", "-y", *inputs, "-i", str(folder / "subtitles.vtt"), *options]
    # ALAC ends at the sample; where AAC ends differs between FFmpeg 5 and 7.
    argv += ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "alac", "-c:s", "mov_text"]
    subprocess.run([*argv, "-movflags", "+faststart", str(folder / "final.mp4")], check=True)
    return folder


SUBTITLED = ("-map", "0", "-map", "1", "-map", "2", "-metadata:s:s:0", "language=fra")


def wrong(folder: Path, status: dict[str, Any] = RESULT) -> list[str]:
    return [finding.text for finding in check_result(status, folder, CLIP) if not finding.right]


def test_a_right_result_has_nothing_wrong(tmp_path: Path) -> None:
    assert wrong(make_result(tmp_path, *SUBTITLED)) == []


def test_another_language_and_other_animals_are_wrong(tmp_path: Path) -> None:
    status = {"result": {"language": "en", "animals_detected": ["cat", "dog"]}}
    assert wrong(make_result(tmp_path, *SUBTITLED), status) == [
        "language en, spoken: fr",
        "animals cat, dog, shown: cat",
    ]


def test_a_missing_track_and_one_of_another_language_are_wrong(tmp_path: Path) -> None:
    assert wrong(make_result(tmp_path, "-map", "0", "-map", "1")) == ["subtitle tracks []"]
    other = make_result(tmp_path, *SUBTITLED[:-1], "language=eng")
    assert wrong(other) == ["subtitle tracks ['eng']"]


def test_a_picture_that_is_too_tall_is_wrong(tmp_path: Path) -> None:
    assert wrong(make_result(tmp_path, *SUBTITLED, size="64x1082")) == ["picture of [1082] lines"]


def test_a_video_that_ends_early_is_wrong(tmp_path: Path) -> None:
    assert wrong(make_result(tmp_path, *SUBTITLED, seconds=1)) == ["decodes to 1.00 s of 2.00 s"]


def test_a_video_that_is_cut_short_does_not_play(tmp_path: Path) -> None:
    video = make_result(tmp_path, *SUBTITLED) / "final.mp4"
    video.write_bytes(video.read_bytes()[:-2000])
    with pytest.raises(ResultWrong, match="does not play"):
        check_result(RESULT, tmp_path, CLIP)


def test_other_words_are_wrong(tmp_path: Path) -> None:
    folder = make_result(tmp_path, *SUBTITLED)
    (folder / "subtitles.vtt").write_text(VTT.replace("chat", "chien"))
    assert wrong(folder) == ["word error rate of the subtitles 0.33"]
