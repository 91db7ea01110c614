from enum import StrEnum


class LibraryStatus(StrEnum):
    FAILED = "failed"
    PROCESSING = "processing"
    SAVED = "saved"

    def __str__(self) -> str:
        return str(self.value)
