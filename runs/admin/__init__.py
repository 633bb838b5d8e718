"""Staff pages of long work: runs and imports, seen as they go, with the few buttons they need."""

from runs.admin import imports, runs
