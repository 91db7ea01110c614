from enum import StrEnum


class UploadBodySubtitleMode(StrEnum):
    BURN = "burn"
    NONE = "none"
    SOFT = "soft"

    def __str__(self) -> str:
        return str(self.value)
