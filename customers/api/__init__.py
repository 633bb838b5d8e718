"""Customers, their orders and their segments over HTTP, for secret keys only."""
