"""The PromQL parser finds every metric of an expression, and nothing else."""

from __future__ import annotations

from tests.alerts.expressions import expressions, wanted


def test_metrics_are_separated_from_functions_labels_numbers_and_words() -> None:
    expression = (
        'histogram_quantile(0.95, sum by (le, handler) (rate(slow_bucket{handler!~"/a|b{c}", code="x"}[5m])))'
        ' > 2.5 < +Inf or on (queue) max(figures:rate5m offset 15m) == 0 unless label_replace(busy, "a", '
        '"$1", "b", "(.*)") * 1e3'
    )

    assert wanted(expression) == {
        "slow_bucket": {"handler", "code"},
        "figures:rate5m": set(),
        "busy": set(),
    }


def test_every_rule_and_panel_queries_a_metric() -> None:
    assert len(list(expressions())) > 60
    assert all(wanted(expression) for _, expression in expressions())
