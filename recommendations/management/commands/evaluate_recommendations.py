"""Compare lists for a customer with plain ways to make them, on purchases held back."""

from collections.abc import Iterable
from datetime import date

from django.core.management.base import CommandParser

from recommendations.services.evaluating import evaluate_recommendations
from runs.management.base import JsonCommand, a_day


class Command(JsonCommand):
    """Judge personal lists, learned anew from before a day, by what was bought after it.

    Beside them stand what is popular, categories alone, BM25 and EASE; ALS where the package
    implicit is installed. Nothing is written.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--split",
            type=a_day,
            help="the last day to learn from, as in 2026-06-30; three quarters of the history",
        )

    def work(self, *, split: date | None, **_) -> dict:
        return evaluate_recommendations(split)

    def in_words(self, result: dict) -> Iterable[str]:
        yield f"{result['customers']} customers, by what was new to them after {result['split']}."
        yield f"{'':12}{'NDCG@10':>9}{'95 %':>17}{'HR@10':>8}{'tail':>8}{'coverage':>10}"
        for row in result["strategies"]:
            between = f"{row['ndcg_at_10_low']:.4f}-{row['ndcg_at_10_high']:.4f}"
            tail = "–" if row["tail_ndcg_at_10"] is None else f"{row['tail_ndcg_at_10']:.4f}"
            yield (
                f"{row['name']:12}{row['ndcg_at_10']:9.4f}{between:>17}"
                f"{row['hit_rate_at_10']:8.3f}{tail:>8}{row['coverage']:10.1%}"
            )
