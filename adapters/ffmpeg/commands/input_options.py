"""The options that every FFmpeg input gets, so that a hostile file can only be refused."""

from __future__ import annotations

from pathlib import Path

from adapters.ffmpeg.settings import MediaLimits

# A playlist or script in disguise is stopped by this list alone: `protocol_whitelist` does not stop it.
# Demuxers are matched by each of their names, so MP4's family needs only its own.
FORMATS = ("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "mpegts")

# Codecs by FFmpeg's names, separated by blanks as in its own listings.
_PICTURES = """
    h264 hevc vp8 vp9 av1 mpeg1video mpeg2video mpeg4 msmpeg4v1 msmpeg4v2 msmpeg4v3 wmv1 wmv2 wmv3 vc1 h263
    flv1 mjpeg prores dnxhd cfhd theora dvvideo ffv1 huffyuv ffvhuff utvideo svq3 rawvideo
"""
_SOUNDS = """
    aac mp3 mp2 opus vorbis flac alac ac3 eac3 dts wmav1 wmav2 amr_nb amr_wb adpcm_ms adpcm_ima_wav
    adpcm_ima_qt pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_f32le pcm_f32be pcm_f64le
    pcm_u8 pcm_s8 pcm_alaw pcm_mulaw pcm_bluray
"""
# Decoders whose name is not their codec's, and those of the subtitles and covers that ffprobe opens too.
_OTHER_DECODERS = """
    libdav1d libaom-av1 libvpx libvpx-vp9 msmpeg4 flv h263i mp3float mp2float aac_fixed aac_latm ac3_fixed dca
    libopus libvorbis amrnb amrwb libopencore_amrnb libopencore_amrwb
    mov_text subrip srt ass ssa webvtt text dvbsub dvdsub pgssub png
"""

# What a source may be coded in.
PICTURE_CODECS = frozenset(_PICTURES.split())
SOUND_CODECS = frozenset(_SOUNDS.split())
_DECODERS = sorted({*PICTURE_CODECS, *SOUND_CODECS, *_OTHER_DECODERS.split()})

InputOptions = dict[str, str | int | None]


def source_options(limits: MediaLimits) -> InputOptions:
    """For an input that a stranger sent; the same for ffmpeg and ffprobe."""
    return {
        "protocol_whitelist": "file",
        "format_whitelist": ",".join(FORMATS),
        "codec_whitelist": ",".join(_DECODERS),
        "max_streams": limits.max_streams,
        "max_pixels": limits.max_pixels,
    }


def subtitle_options() -> InputOptions:
    """For an SRT file that this product has written."""
    return {"protocol_whitelist": "file", "format_whitelist": "srt", "f": "srt"}


def local_file(path: Path) -> str:
    """A path that can't be read as an option or a protocol."""
    return f"file:{path}"


def flat(options: InputOptions) -> list[str]:
    """The options as ffprobe's arguments; ffmpeg's are laid out by the graph compiler."""
    arguments: list[str] = []
    for name, value in options.items():
        arguments += [f"-{name}"] if value is None else [f"-{name}", str(value)]
    return arguments
