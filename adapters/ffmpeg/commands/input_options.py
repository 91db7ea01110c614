"""Options of every FFmpeg input: allow-lists of protocols, formats and codecs, and limits."""

from __future__ import annotations

from pathlib import Path

from adapters.ffmpeg.settings import MediaLimits

# Only this list stops a disguised playlist or script; `protocol_whitelist` does not.
# A demuxer matches by any of its names.
FORMATS = ("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "mpegts")

# Codecs by FFmpeg's names.
_PICTURES = """
    h264 hevc vp8 vp9 av1 mpeg1video mpeg2video mpeg4 msmpeg4v1 msmpeg4v2 msmpeg4v3 wmv1 wmv2 wmv3 vc1 h263
    flv1 mjpeg prores dnxhd cfhd theora dvvideo ffv1 huffyuv ffvhuff utvideo svq3 rawvideo
"""
_SOUNDS = """
    aac mp3 mp2 opus vorbis flac alac ac3 eac3 dts wmav1 wmav2 amr_nb amr_wb adpcm_ms adpcm_ima_wav
    adpcm_ima_qt pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_f32le pcm_f32be pcm_f64le
    pcm_u8 pcm_s8 pcm_alaw pcm_mulaw pcm_bluray
"""
# Decoders whose name differs from their codec's, and those of subtitles and covers, which ffprobe also opens.
_OTHER_DECODERS = """
    libdav1d libaom-av1 libvpx libvpx-vp9 msmpeg4 flv h263i mp3float mp2float aac_fixed aac_latm ac3_fixed dca
    libopus libvorbis amrnb amrwb libopencore_amrnb libopencore_amrwb
    mov_text subrip srt ass ssa webvtt text dvbsub dvdsub pgssub png
"""

# Codecs that a source may have.
PICTURE_CODECS = frozenset(_PICTURES.split())
SOUND_CODECS = frozenset(_SOUNDS.split())
_DECODERS = sorted({*PICTURE_CODECS, *SOUND_CODECS, *_OTHER_DECODERS.split()})

InputOptions = dict[str, str | int | None]


def source_options(limits: MediaLimits) -> InputOptions:
    """Options for an untrusted input, the same for ffmpeg and ffprobe."""
    return {
        "protocol_whitelist": "file",
        "format_whitelist": ",".join(FORMATS),
        "codec_whitelist": ",".join(_DECODERS),
        "max_streams": limits.max_streams,
        "max_pixels": limits.max_pixels,
    }


def subtitle_options() -> InputOptions:
    """Options for an SRT file that this product has written."""
    return {"protocol_whitelist": "file", "format_whitelist": "srt", "f": "srt"}


def local_file(path: Path) -> str:
    """Path as an argument that FFmpeg can't take for an option or a protocol."""
    return f"file:{path}"


def flat(options: InputOptions) -> list[str]:
    """Options as ffprobe's arguments; the graph compiler formats ffmpeg's."""
    arguments: list[str] = []
    for name, value in options.items():
        arguments += [f"-{name}"] if value is None else [f"-{name}", str(value)]
    return arguments
