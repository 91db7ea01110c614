"""FFmpeg commands of whole files: rendition, remux, full read, and sound for the speech stages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ffmpeg

from adapters.ffmpeg.commands.input_options import local_file, source_options
from adapters.ffmpeg.run.child import SIDE_CHANNEL
from adapters.ffmpeg.settings import EncodeRecipe, MediaLimits
from domain.media.rendition import Rendition
from domain.media.source import PictureStream, SoundStream, SourceMedia

SPEECH_RATE_HZ = 16_000

# Transfer functions of high dynamic range, by FFmpeg's names: PQ and HLG.
HDR_TRANSFERS = ("smpte2084", "arib-std-b67")

Options = dict[str, Any]
Argv = tuple[str, ...]


def compiled(stream: Any, *, progress: bool = True) -> Argv:
    """Argument list of a filter graph, after the options that every ffmpeg call has."""
    front = ["ffmpeg", "-hide_banner", "-v", "error"]
    # Never reads keys from a terminal.
    front += ["-nostdin"]
    # A target may be left over from a killed run of the same attempt.
    front += ["-y"]
    if progress:
        front += ["-progress", SIDE_CHANNEL]
    argv: list[str] = ffmpeg.compile(stream, cmd=front)
    return tuple(argv)


def opened(source_path: Path, limits: MediaLimits, **options: Any) -> Any:
    """Input of an untrusted file."""
    return ffmpeg.input(local_file(source_path), **source_options(limits), **options)


def demux_whole(source_path: Path, media: SourceMedia, limits: MediaLimits) -> Argv:
    """Read every packet without decoding: a truncated file fails here."""
    # Without xerror, ffmpeg ends with exit code 0 on a truncated file. A broadcast recording (MPEG-TS) has
    # no index that states its end, and a packet lost in transmission is no reason to refuse it.
    strict = {} if media.container == "mpegts" else {"xerror": None}
    source = opened(source_path, limits, **strict)
    return compiled(ffmpeg.output(*_streams(source, media), "-", c="copy", f="null"))


def copy_all(source_path: Path, media: SourceMedia, target_path: Path, limits: MediaLimits) -> Argv:
    """Remux picture and sound into MP4 without encoding."""
    source = opened(source_path, limits)
    options = {"c": "copy"} | sound_tags(media.sound) | mp4_options()
    return compiled(ffmpeg.output(*_streams(source, media), local_file(target_path), **options))


def copy_picture(
    source_path: Path, media: SourceMedia, recipe: EncodeRecipe, target_path: Path, limits: MediaLimits
) -> Argv:
    """Copy the picture and encode the sound."""
    source = opened(source_path, limits)
    streams = [source[str(media.picture.index)], *sound_of(source, media.sound)]
    options = {"c:v": "copy"} | sound_options(media.sound, recipe) | mp4_options()
    return compiled(ffmpeg.output(*streams, local_file(target_path), **options))


def downscale(
    source_path: Path,
    media: SourceMedia,
    rendition: Rendition,
    recipe: EncodeRecipe,
    target_path: Path,
    limits: MediaLimits,
    *,
    tone_map: bool,
) -> Argv:
    """Encode picture and sound to the rendition's settings. `tone_map` requires FFmpeg's zscale filter."""
    source = opened(source_path, limits)
    picture = scaled(source[str(media.picture.index)], media.picture, rendition, tone_map=tone_map)
    return encode(source, picture, media, recipe.with_quality_of(rendition), target_path)


def encode(source: Any, picture: Any, media: SourceMedia, recipe: EncodeRecipe, target_path: Path) -> Argv:
    """Encode the filtered picture and the source's sound as H.264 and AAC in MP4."""
    streams = [picture, *sound_of(source, media.sound)]
    options = picture_options(media.picture, recipe) | sound_options(media.sound, recipe) | mp4_options()
    return compiled(ffmpeg.output(*streams, local_file(target_path), **options))


def scaled(stream: Any, picture: PictureStream, rendition: Rendition, *, tone_map: bool) -> Any:
    """Picture in its final size, 8 bit, square pixels, upright (ffmpeg rotates before any filter)."""
    width, height = rendition.picture_size(picture.display_width, picture.display_height)
    # Converts full range (phones, MJPEG) to limited range, which players assume.
    stream = stream.filter("scale", width, height, out_range="tv")
    # The size already has square pixels; without this the old pixel shape would be written as well.
    stream = stream.filter("setsar", 1)
    if tone_map and picture.color_transfer in HDR_TRANSFERS:
        stream = _to_standard_range(stream, picture.color_transfer)
    return _framed(stream.filter("format", "yuv420p"), (width, height), rendition)


def _framed(stream: Any, inner: tuple[int, int], rendition: Rendition) -> Any:
    """Picture centred in the exact frame size, with black bars at two sides."""
    if rendition.exact is None or inner == (rendition.exact.width, rendition.exact.height):
        return stream
    width, height = rendition.exact.width, rendition.exact.height
    # Even offsets: a border must not split a chroma sample.
    left, top = (width - inner[0]) // 4 * 2, (height - inner[1]) // 4 * 2
    return stream.filter("pad", width, height, left, top)


def _to_standard_range(stream: Any, transfer: str) -> Any:
    """Tone map from HDR to SDR in linear light."""
    # All input properties are given, because zscale fails on files without one of the tags.
    linear = stream.filter(
        "zscale", transferin=transfer, primariesin="bt2020", matrixin="bt2020nc", transfer="linear", npl=100
    )
    light = linear.filter("format", "gbrpf32le").filter("zscale", primaries="bt709")
    # Hable keeps detail in highlights; desat=0 keeps their colour.
    mapped = light.filter("tonemap", "hable", desat=0)
    return mapped.filter("zscale", transfer="bt709", matrix="bt709", range="tv")


def picture_options(picture: PictureStream, recipe: EncodeRecipe) -> Options:
    options: Options = {
        "c:v": recipe.codec,
        "preset": recipe.preset,
        "crf": recipe.crf,
        "threads": recipe.threads,
        # Every frame keeps its own time and none is duplicated; of two with one time the muxer writes one.
        "fps_mode": "vfr",
    }
    if not picture.constant_frame_rate:
        # The default time base is one frame of the guessed rate, which would round every time to that rate.
        options["enc_time_base:v"] = "1:90000"
    return options


def sound_of(source: Any, sound: SoundStream | None) -> list[Any]:
    """Sound in sync with the picture: gaps become silence, and it starts when the media starts."""
    if sound is None:
        return []
    # `async=1` fills gaps between timestamps, `first_pts=0` fills a late start. Overlaps (from files
    # joined without encoding) are cut from 20 ms on: below the default, 100 ms, they would add up.
    in_time = {"async": 1, "first_pts": 0, "min_hard_comp": 0.02}
    return [source[str(sound.index)].filter("aresample", **in_time)]


def sound_options(sound: SoundStream | None, recipe: EncodeRecipe) -> Options:
    if sound is None:
        return {}
    options: Options = {"c:a": "aac", "b:a": recipe.audio_bitrate}
    if sound.channels > 2:
        # The bit rate is meant for stereo.
        options["ac"] = 2
    return options | sound_tags(sound)


def sound_tags(sound: SoundStream | None) -> Options:
    """Language tag, the only one that is kept; written explicitly, since `mp4_options` drops all tags."""
    return {"metadata:s:a:0": f"language={sound.language}"} if sound and sound.language else {}


def mp4_options() -> Options:
    return {
        # Drops the sender's tags (places, serial numbers) and chapters.
        "map_metadata": -1,
        "map_chapters": -1,
        # Puts the index at the front, so that playing starts before the download ends.
        "movflags": "+faststart",
        "f": "mp4",
    }


def speech_pcm(source_path: Path, media: SourceMedia, target_path: Path, limits: MediaLimits) -> Argv:
    """Sound as 16 kHz mono s16le, exactly as long as the media."""
    if media.sound is None:
        raise ValueError("a source without sound has no speech")
    samples = speech_samples(media.duration_us)
    source = opened(source_path, limits)
    [sound] = sound_of(source, media.sound)
    mono = sound.filter("aformat", sample_fmts="s16", sample_rates=SPEECH_RATE_HZ, channel_layouts="mono")
    # Sound that ends before the picture is padded; sound that lasts longer is cut.
    whole = mono.filter("apad", whole_len=samples).filter("atrim", end_sample=samples)
    return compiled(ffmpeg.output(whole, local_file(target_path), **{"c:a": "pcm_s16le", "f": "s16le"}))


def speech_samples(duration_us: int) -> int:
    return max(1, round(duration_us * SPEECH_RATE_HZ / 1_000_000))


def _streams(source: Any, media: SourceMedia) -> list[Any]:
    streams = [source[str(media.picture.index)]]
    if media.sound is not None:
        streams.append(source[str(media.sound.index)])
    return streams
