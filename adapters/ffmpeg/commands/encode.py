"""Which FFmpeg command makes a rendition, a remux or the sound for the speech stages."""

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
    """The argument list of a graph, behind the options that every ffmpeg call has."""
    front = ["ffmpeg", "-hide_banner", "-v", "error"]
    # Never waits for a key on a terminal.
    front += ["-nostdin"]
    # A target may be left over from a killed run of the same attempt.
    front += ["-y"]
    if progress:
        front += ["-progress", SIDE_CHANNEL]
    argv: list[str] = ffmpeg.compile(stream, cmd=front)
    return tuple(argv)


def opened(source_path: Path, limits: MediaLimits, **options: Any) -> Any:
    """A stranger's file as an input."""
    return ffmpeg.input(local_file(source_path), **source_options(limits), **options)


def demux_whole(source_path: Path, media: SourceMedia, limits: MediaLimits) -> Argv:
    """Read every packet and decode none: a file that is cut short fails here."""
    # Without xerror, ffmpeg ends with exit code 0 on a file that is cut short. A broadcast recording has
    # no index that could say where it ends, and a packet lost on the air is no reason to refuse it.
    strict = {} if media.container == "mpegts" else {"xerror": None}
    source = opened(source_path, limits, **strict)
    return compiled(ffmpeg.output(*_chosen(source, media), "-", c="copy", f="null"))


def copy_all(source_path: Path, media: SourceMedia, target_path: Path, limits: MediaLimits) -> Argv:
    """Put picture and sound as they are into a fresh MP4."""
    source = opened(source_path, limits)
    options = {"c": "copy"} | sound_tags(media.sound) | mp4_options()
    return compiled(ffmpeg.output(*_chosen(source, media), local_file(target_path), **options))


def copy_picture(
    source_path: Path, media: SourceMedia, recipe: EncodeRecipe, target_path: Path, limits: MediaLimits
) -> Argv:
    """Keep the picture and encode the sound."""
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
    """Encode picture and sound again, as the rendition says. `tone_map` says that zscale is there."""
    source = opened(source_path, limits)
    picture = scaled(source[str(media.picture.index)], media.picture, rendition, tone_map=tone_map)
    return encode(source, picture, media, recipe.aiming_at(rendition), target_path)


def encode(source: Any, picture: Any, media: SourceMedia, recipe: EncodeRecipe, target_path: Path) -> Argv:
    """The filtered picture and the source's sound as H.264 and AAC in MP4."""
    streams = [picture, *sound_of(source, media.sound)]
    options = picture_options(media.picture, recipe) | sound_options(media.sound, recipe) | mp4_options()
    return compiled(ffmpeg.output(*streams, local_file(target_path), **options))


def scaled(stream: Any, picture: PictureStream, rendition: Rendition, *, tone_map: bool) -> Any:
    """The picture upright (ffmpeg turns it before any filter), in its final size, 8 bit, square pixels."""
    width, height = rendition.picture_size(picture.display_width, picture.display_height)
    # Full-range sources (phones, MJPEG) become limited range, which is what players assume.
    stream = stream.filter("scale", width, height, out_range="tv")
    # The size already has square pixels; without this the old shape would be written beside it.
    stream = stream.filter("setsar", 1)
    if tone_map and picture.color_transfer in HDR_TRANSFERS:
        stream = _to_standard_range(stream, picture.color_transfer)
    return _framed(stream.filter("format", "yuv420p"), (width, height), rendition)


def _framed(stream: Any, inner: tuple[int, int], rendition: Rendition) -> Any:
    """The picture in the middle of its frame, with black bars beside or above it."""
    if rendition.exact is None or inner == (rendition.exact.width, rendition.exact.height):
        return stream
    width, height = rendition.exact.width, rendition.exact.height
    # Even distances: the bars' borders must not cut a sample of colour in two.
    left, top = (width - inner[0]) // 4 * 2, (height - inner[1]) // 4 * 2
    return stream.filter("pad", width, height, left, top)


def _to_standard_range(stream: Any, transfer: str) -> Any:
    """HDR to SDR in linear light. Without zscale the picture keeps its tags and looks flat on old screens."""
    # The input is named in full, because files that leave out a tag make zscale fail.
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
        # Every frame keeps its own time and none is made up; of two with one time the muxer takes one.
        "fps_mode": "vfr",
    }
    if not picture.constant_frame_rate:
        # The default time base is one frame of the guessed rate, which would round every time to that grid.
        options["enc_time_base:v"] = "1:90000"
    return options


def sound_of(source: Any, sound: SoundStream | None) -> list[Any]:
    """The sound in time with the picture: gaps become silence, and it starts when the media starts."""
    if sound is None:
        return []
    # `async=1` fills gaps between timestamps, `first_pts=0` fills a late start. Overlaps, as where files
    # were joined without encoding, are cut from 20 ms on: with 100 ms, the default, they add up.
    in_time = {"async": 1, "first_pts": 0, "min_hard_comp": 0.02}
    return [source[str(sound.index)].filter("aresample", **in_time)]


def sound_options(sound: SoundStream | None, recipe: EncodeRecipe) -> Options:
    if sound is None:
        return {}
    options: Options = {"c:a": "aac", "b:a": recipe.audio_bitrate}
    if sound.channels > 2:
        # The bit rate is meant for stereo, and so are most listeners.
        options["ac"] = 2
    return options | sound_tags(sound)


def sound_tags(sound: SoundStream | None) -> Options:
    """The one tag that is passed on; it has to be written anew, since the sender's are left out."""
    return {"metadata:s:a:0": f"language={sound.language}"} if sound and sound.language else {}


def mp4_options() -> Options:
    return {
        # The sender's tags (places, serial numbers) and chapters are not passed on.
        "map_metadata": -1,
        "map_chapters": -1,
        # The index goes to the front, so that playing starts before the download ends.
        "movflags": "+faststart",
        "f": "mp4",
    }


def speech_pcm(source_path: Path, media: SourceMedia, target_path: Path, limits: MediaLimits) -> Argv:
    """The sound as 16 kHz mono s16le that is exactly as long as the media."""
    if media.sound is None:
        raise ValueError("a source without sound has no speech")
    samples = speech_samples(media.duration_us)
    source = opened(source_path, limits)
    [sound] = sound_of(source, media.sound)
    mono = sound.filter("aformat", sample_fmts="s16", sample_rates=SPEECH_RATE_HZ, channel_layouts="mono")
    # Sound that ends before the picture is filled up, and what goes on after it is cut.
    whole = mono.filter("apad", whole_len=samples).filter("atrim", end_sample=samples)
    return compiled(ffmpeg.output(whole, local_file(target_path), **{"c:a": "pcm_s16le", "f": "s16le"}))


def speech_samples(duration_us: int) -> int:
    return max(1, round(duration_us * SPEECH_RATE_HZ / 1_000_000))


def _chosen(source: Any, media: SourceMedia) -> list[Any]:
    streams = [source[str(media.picture.index)]]
    if media.sound is not None:
        streams.append(source[str(media.sound.index)])
    return streams
