"""SQL of insights: summing what is kept, and reading it."""
