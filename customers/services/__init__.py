"""What is done with customers: orders and people written, segments refreshed."""
