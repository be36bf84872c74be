"""The rules and shapes of learning first and paying later: pure values, no input or output."""
