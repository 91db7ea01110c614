"""The product's speech recognition as a program: writes an SRT file for each clip."""

from __future__ import annotations

import argparse
from pathlib import Path

from adapters.ffmpeg.tool import FfmpegTool
from adapters.models.settings import read_speech
from adapters.settings import read_media
from adapters.speech.engines import speech_engine
from domain.attempts.progress import UnreportedProgress
from domain.subtitles.breaking import break_into_cues
from domain.subtitles.files import to_srt


def main() -> None:
    """Write `FOLDER/CLIP.srt` for each clip."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language")
    parser.add_argument("folder", type=Path)
    parser.add_argument("clips", type=Path, nargs="+")
    options = parser.parse_args()
    settings = read_media()
    tool = FfmpegTool(settings.recipe, settings.limits, settings.run_limits)
    speech = speech_engine(read_speech())
    speech.prepare()
    for clip in options.clips:
        progress = UnreportedProgress()
        pcm_path = options.folder / f"{clip.stem}.pcm"
        media = tool.probe(clip, progress)
        tool.extract_audio(clip, media, pcm_path, progress)
        words = speech.transcribe(pcm_path, options.language, progress)
        frame_us = 1_000_000 / media.picture.frame_rate.fraction
        cues = break_into_cues(words, media.duration_us, frame_us, language=options.language)
        (options.folder / f"{clip.stem}.srt").write_text(to_srt(cues))


if __name__ == "__main__":
    main()
