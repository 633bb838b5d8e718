"""Charts to take away: the table behind each as a file."""

import csv

from django.http import Http404, HttpRequest, HttpResponse

from customers.exports import safe
from segrec_site.dashboard.page import chart_of


def download(request: HttpRequest, key: str) -> HttpResponse:
    """Return the table behind a chart as CSV, with its finding and its small print below."""
    chart = chart_of(request.GET, key)
    if not chart:
        raise Http404(f"There is no chart {key}.")
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{chart.key}.csv"'
    lines = csv.writer(answer)
    lines.writerow(chart.names)
    for row in chart.rows:
        lines.writerow(
            cell.plain if cell.column.is_number else safe(cell.plain) for cell in row.cells
        )
    lines.writerow([])
    lines.writerows([safe(text)] for text in (chart.caption, chart.note) if text)
    return answer
