"""What recommendations do: one module for each subject."""
