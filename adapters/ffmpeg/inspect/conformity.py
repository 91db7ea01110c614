"""Whether a source, or its picture alone, may be copied instead of being encoded again."""

from __future__ import annotations

from domain.media.rendition import Rendition
from domain.media.source import SourceMedia


def conforms(media: SourceMedia, rendition: Rendition) -> bool:
    """Picture, sound and container are already what a rendition would be."""
    return picture_conforms(media, rendition) and (media.sound is None or media.sound.codec == "aac")


def picture_conforms(media: SourceMedia, rendition: Rendition) -> bool:
    """The picture can be copied into an MP4 as it is.

    Only from MP4's own family: other containers round times, and their H.264 can lack what MP4 needs.
    """
    picture = media.picture
    return (
        "mp4" in media.container.split(",")
        and picture.codec == "h264"
        and picture.pixel_format == "yuv420p"
        and picture.bit_depth == 8
        # Lossless pictures carry this profile in any colour format, and browsers can't play it.
        and not picture.profile.startswith("High 4:4:4")
        and rendition.crf is None
        and rendition.size(picture.width, picture.height) == (picture.width, picture.height)
        and picture.width % 2 == 0
        and picture.height % 2 == 0
        and picture.rotation_degrees == 0
        and picture.sample_aspect.numerator == picture.sample_aspect.denominator
    )
