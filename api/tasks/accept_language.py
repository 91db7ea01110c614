"""Parser of the Accept-Language header."""

from __future__ import annotations

import re

from domain.animals.names import _DEFAULT_LANGUAGE, LABEL_LANGUAGES

# RFC 9110, 12.4.2: at most three decimals. Anything else is not a weight.
_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def best_language(accept_language: str | None) -> str:
    """Returns the best language of the animal names for this header; English without a usable header."""
    weights: dict[str, float] = {}
    for item in (accept_language or "").split(","):
        tag, *parameters = (part.strip() for part in item.split(";"))
        primary = tag.split("-")[0].casefold()
        weight = _weight(parameters)
        if weight is not None and (primary in LABEL_LANGUAGES or primary == "*"):
            weights[primary] = max(weight, weights.get(primary, 0.0))
    any_weight = weights.pop("*", 0.0)
    best = max(weights, key=lambda language: weights[language], default=_DEFAULT_LANGUAGE)
    # `*` stands for the languages that the header doesn't name: they win when its weight is higher.
    if weights.get(best, 0.0) == 0.0 or any_weight > weights[best]:
        return _first_acceptable(weights)
    return best


def _weight(parameters: list[str]) -> float | None:
    """Returns 1 without a weight, None for a malformed one: the item is then ignored."""
    if not parameters:
        return 1.0
    match = _WEIGHT.fullmatch(parameters[0]) if len(parameters) == 1 else None
    return float(match[1]) if match else None


def _first_acceptable(weights: dict[str, float]) -> str:
    """Returns the first language that the header does not name, or English when it names them all."""
    return next((language for language in LABEL_LANGUAGES if language not in weights), _DEFAULT_LANGUAGE)
