"""SQL of recommendations: one module for each reader."""
