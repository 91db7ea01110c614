from enum import StrEnum


class ProcessVideoBodyResolution(StrEnum):
    VALUE_0 = "360p"
    VALUE_1 = "480p"
    VALUE_2 = "720p"
    VALUE_3 = "1080p"

    def __str__(self) -> str:
        return str(self.value)
