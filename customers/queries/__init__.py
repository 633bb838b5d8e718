"""SQL of customers: one module for each reader."""
