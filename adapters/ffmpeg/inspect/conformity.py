"""Copy rules: conditions under which a source, or its picture alone, is copied instead of encoded."""

from __future__ import annotations

from domain.media.rendition import Rendition
from domain.media.source import SourceMedia


def conforms(media: SourceMedia, rendition: Rendition) -> bool:
    """True if picture, sound and container already meet the rendition."""
    return picture_conforms(media, rendition) and (media.sound is None or media.sound.codec == "aac")


def picture_conforms(media: SourceMedia, rendition: Rendition) -> bool:
    """True if the picture can be copied into an MP4.

    Only from MP4-family containers: others round times, and their H.264 can lack headers that MP4 needs.
    """
    picture = media.picture
    return (
        "mp4" in media.container.split(",")
        and picture.codec == "h264"
        and picture.pixel_format == "yuv420p"
        and picture.bit_depth == 8
        # Lossless H.264 has this profile in any colour format, and browsers can't play it.
        and not picture.profile.startswith("High 4:4:4")
        and rendition.crf is None
        and rendition.size(picture.width, picture.height) == (picture.width, picture.height)
        and picture.width % 2 == 0
        and picture.height % 2 == 0
        and picture.rotation_degrees == 0
        and picture.sample_aspect.numerator == picture.sample_aspect.denominator
    )
