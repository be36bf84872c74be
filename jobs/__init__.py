"""The clock's way in: find what is due and hand it to a use case."""
