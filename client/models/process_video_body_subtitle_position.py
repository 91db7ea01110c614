from enum import StrEnum


class ProcessVideoBodySubtitlePosition(StrEnum):
    BOTTOM = "bottom"
    MIDDLE = "middle"
    TOP = "top"

    def __str__(self) -> str:
        return str(self.value)
