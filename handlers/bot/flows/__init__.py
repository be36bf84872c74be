"""One conversation a file, its steps from top to bottom."""
