"""Animal names in the languages that a client may request."""

from __future__ import annotations

ANIMALS = ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe")
"""The ten animals among the COCO labels, by their English names."""

_DEFAULT_LANGUAGE = "en"

_NAMES = {
    "fr": ("oiseau", "chat", "chien", "cheval", "mouton", "vache", "éléphant", "ours", "zèbre", "girafe"),
    "es": ("pájaro", "gato", "perro", "caballo", "oveja", "vaca", "elefante", "oso", "cebra", "jirafa"),
    "de": ("Vogel", "Katze", "Hund", "Pferd", "Schaf", "Kuh", "Elefant", "Bär", "Zebra", "Giraffe"),
    "it": ("uccello", "gatto", "cane", "cavallo", "pecora", "mucca", "elefante", "orso", "zebra", "giraffa"),
    "pt": ("pássaro", "gato", "cão", "cavalo", "ovelha", "vaca", "elefante", "urso", "zebra", "girafa"),
}

LABEL_LANGUAGES = (_DEFAULT_LANGUAGE, *_NAMES)


def translate(label: str, language: str) -> str:
    """The label in `language`; the English name when there is no other."""
    if language not in _NAMES or label not in ANIMALS:
        return label
    return _NAMES[language][ANIMALS.index(label)]
