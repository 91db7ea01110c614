"""Cost of showing a run of pieces as one cue, and the layout of its text in lines."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

from domain.subtitles.break_costs import SENTENCE
from domain.subtitles.cues import CueRules
from domain.subtitles.pieces import Piece

_SECOND_US = 1_000_000

# Points, relative to a plain break, which costs 6 (`domain.subtitles.break_costs`).
_CUE = 1.0
_UNDERFILLED = 2.0  # times the square of the empty share: prefers few cues of similar length
_TOO_SHORT = 100.0  # and as much again when nothing of the shortest duration is left
_UNREADABLE = 2.0
_UNREAD_SECOND = 10.0
_CUT_SPEECH = 5.0
_CUT_SPEECH_SECOND = 20.0
_OPEN_GAP = 5.0
_STRADDLING = 3.0  # a cue that ends one sentence and not the next
_PAUSE_SECOND = 4.0  # of the part of a pause inside a cue that exceeds the noticeable pause
_NOTICEABLE_PAUSE_US = 300_000
_LINE_BREAK = 0.5  # times the cost of the same break between cues
_IMBALANCE = 4.0  # when one line is full and the other empty
_TOP_HEAVY = 1.5


class CuePricing:
    """Prices the cue that holds the pieces `first` up to, but not including, `stop`.

    The price is the sum of:

    - a fixed part, and one for unused space;
    - the cost of the break after the cue, reduced by the pause there;
    - half the cost of its line break, and the lines' difference in length (more if the upper one is longer);
    - pauses inside, and a sentence that ends inside when the cue's last one does not;
    - broken time rules: the shortest duration, the reading speed, speech after the longest duration, a short
      gap that can't be closed.
    """

    def __init__(self, pieces: Sequence[Piece], media_duration_us: int, gap_us: int, rules: CueRules) -> None:
        self.rules = rules
        self.pieces = pieces
        self.count = len(pieces)
        # Start and end of each piece in the whole text, so that any run's length is one subtraction.
        self._text_starts: list[int] = []
        self._text_stops: list[int] = []
        position = 0
        for piece in pieces:
            self._text_starts.append(position + len(piece.glue))
            position += len(piece.glue) + len(piece.text)
            self._text_stops.append(position)
        self._starts_us = [piece.start_us for piece in pieces]
        self._ends_us = [piece.end_us for piece in pieces]
        pauses_us = [0, *(after.start_us - before.end_us for before, after in pairwise(pieces))]
        self._long_pauses = list(accumulate(pause_us > rules.long_pause_us for pause_us in pauses_us))
        self._pause_costs = list(
            accumulate(
                max(0, pause - _NOTICEABLE_PAUSE_US) * _PAUSE_SECOND / _SECOND_US for pause in pauses_us
            )
        )
        self._break_costs = [
            piece.break_cost * max(0.0, 1 - pause_us / _SECOND_US)
            for piece, pause_us in zip(pieces, pauses_us, strict=True)
        ]
        self._sentences = list(
            accumulate(index > 0 and piece.break_cost == SENTENCE for index, piece in enumerate(pieces))
        )
        # Latest end of the cue before each piece.
        self._limits_us = [*(start_us - gap_us for start_us in self._starts_us), media_duration_us]
        self._break_costs.append(0.0)
        self._gap_us = gap_us

    def price(self, first: int, stop: int) -> float | None:
        """The price, or None if neither this run nor a longer one from `first` can be one cue."""
        rules = self.rules
        last = stop - 1
        if last > first and (
            self._long_pauses[last] > self._long_pauses[first]
            or self._starts_us[last] - self._starts_us[first] >= rules.max_duration_us
        ):
            return None
        length = self._text_stops[last] - self._text_starts[first]
        line_price = 0.0
        if length > rules.line_characters:
            layout = self._line_break(first, stop)
            if layout is None:
                return None
            line_price = layout[0]
        empty = 1 - length / (rules.lines * rules.line_characters)
        return (
            _CUE
            + _UNDERFILLED * empty * empty
            + self._break_costs[stop]
            + (_STRADDLING if self._straddles(first, stop) else 0.0)
            + line_price
            + self._pause_costs[last]
            - self._pause_costs[first]
            + self._time_price(first, stop, length)
        )

    def _straddles(self, first: int, stop: int) -> bool:
        ends_inside = self._sentences[stop - 1] > self._sentences[first]
        return ends_inside and stop < self.count and self.pieces[stop].break_cost != SENTENCE

    def _time_price(self, first: int, stop: int, length: int) -> float:
        rules = self.rules
        start_us = self._starts_us[first]
        room_us = self._limits_us[stop] - start_us
        shown_us = max(0, min(room_us, rules.max_duration_us))
        price = 0.0
        if shown_us < rules.min_duration_us:
            price += _TOO_SHORT * (2 - shown_us / rules.min_duration_us)
        unread_us = length * _SECOND_US / rules.characters_per_second - shown_us
        if unread_us > 0:
            price += _UNREADABLE + _UNREAD_SECOND * unread_us / _SECOND_US
        cut_us = self._ends_us[stop - 1] - start_us - rules.max_duration_us
        if cut_us > 0:
            price += _CUT_SPEECH + _CUT_SPEECH_SECOND * cut_us / _SECOND_US
        if (
            stop < self.count
            and 0 < room_us - rules.max_duration_us < rules.close_gaps_under_us - self._gap_us
        ):
            price += _OPEN_GAP
        return price

    def _line_break(self, first: int, stop: int) -> tuple[float, int] | None:
        """Price and place of the best break into two lines that both fit, or None."""
        if self.rules.lines < 2:
            return None
        limit = self.rules.line_characters
        text_start, text_stop = self._text_starts[first], self._text_stops[stop - 1]
        earliest = max(first + 1, bisect_left(self._text_starts, text_stop - limit))
        latest = min(stop - 1, bisect_right(self._text_stops, text_start + limit))
        best: tuple[float, int] | None = None
        for place in range(earliest, latest + 1):
            lower_excess = (text_stop - self._text_starts[place]) - (self._text_stops[place - 1] - text_start)
            imbalance = lower_excess if lower_excess >= 0 else -_TOP_HEAVY * lower_excess
            price = _LINE_BREAK * self._break_costs[place] + _IMBALANCE * imbalance / limit
            if best is None or price < best[0]:
                best = (price, place)
        return best

    def lines(self, first: int, stop: int) -> tuple[str, ...]:
        """The text of a run that has a price: one line where it fits, otherwise two."""
        if self._text_stops[stop - 1] - self._text_starts[first] <= self.rules.line_characters:
            return (self._text(first, stop),)
        layout = self._line_break(first, stop)
        if layout is None:
            raise ValueError(f"pieces {first} to {stop} do not fit into one cue")
        return (self._text(first, layout[1]), self._text(layout[1], stop))

    def _text(self, first: int, stop: int) -> str:
        return self.pieces[first].text + "".join(
            piece.glue + piece.text for piece in self.pieces[first + 1 : stop]
        )
