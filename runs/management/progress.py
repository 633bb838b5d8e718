"""How far long work is, on standard error: a bar for people, a line now and then for logs."""

import sys
import time
from typing import TextIO


class Progress:
    """Shows a share of 0 to 1; on a terminal redrawn in place, elsewhere a line every 10 s."""

    WIDTH = 30

    def __init__(self, label: str, out: TextIO | None = None):
        self._label, self._out = label, out or sys.stderr
        self._live = self._out.isatty()
        self._shown, self._at = -1, time.monotonic()

    def __call__(self, share: float) -> None:
        percent = int(100 * min(max(share, 0.0), 1.0))
        waited = time.monotonic() - self._at
        if percent == self._shown or (waited < (0.1 if self._live else 10) and percent < 100):
            return
        self._shown, self._at = percent, time.monotonic()
        bar = "█" * (percent * self.WIDTH // 100)
        line = f"{self._label:<24} {bar:░<{self.WIDTH}} {percent:>3} %"
        end = "\n" if percent == 100 or not self._live else ""
        self._out.write(f"\r{line}{end}" if self._live else f"{line}\n")
        self._out.flush()
