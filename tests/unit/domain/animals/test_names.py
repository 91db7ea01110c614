"""Translation of labels, and the choice of a language from the Accept-Language header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.tasks.accept_language import best_language
from domain.animals.names import ANIMALS, LABEL_LANGUAGES, translate


def test_labels_are_translated_to_french() -> None:
    assert [translate(animal, "fr") for animal in ANIMALS] == [
        "oiseau", "chat", "chien", "cheval", "mouton", "vache", "éléphant", "ours", "zèbre", "girafe",
    ]  # fmt: skip


def test_english_labels_are_unchanged() -> None:
    assert [translate(animal, "en") for animal in ANIMALS] == list(ANIMALS)


@pytest.mark.parametrize("language", LABEL_LANGUAGES)
def test_every_language_has_ten_different_names(language: str) -> None:
    assert len({translate(animal, language) for animal in ANIMALS}) == 10


def test_a_label_or_language_without_translation_stays_english() -> None:
    assert (translate("tiger", "fr"), translate("cat", "xx")) == ("tiger", "cat")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("fr", "fr"),
        ("FR-ch", "fr"),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"),
        ("en;q=0.5, es;q=0.9", "es"),
        ("de;q=0.5 , it; q=0.500", "de"),
        ("ja, it;q=0.2", "it"),
        ("ja", "en"),
        ("*", "en"),
        ("fr;q=0.3, *;q=0.8", "en"),
        ("en;q=0.3, *;q=0.8", "fr"),
        ("en;q=0", "fr"),
        ("de;q=0", "en"),
        ("fr;q=2, es;q=0.1", "es"),
        ("fr;q=-1, es;q=x, pt;q=0.1", "pt"),
        ("fr;q=nan", "en"),
        (";;;,,q=1,;q=", "en"),
    ],
)
def test_the_language_with_the_highest_weight_is_chosen(header: str | None, language: str) -> None:
    assert best_language(header) == language


@given(st.text())
def test_any_header_gives_a_language_that_has_labels(header: str) -> None:
    assert best_language(header) in LABEL_LANGUAGES


@given(st.lists(st.sampled_from(["en", "fr;q=0.5", "*;q=0.1", "de;q=0", "pt-BR;q=0.999", "x;q=1;q=2"])))
def test_any_mixture_of_items_gives_a_language_that_has_labels(items: list[str]) -> None:
    assert best_language(",".join(items)) in LABEL_LANGUAGES
