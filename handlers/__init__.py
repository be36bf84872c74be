"""The way in: read, validate, call one use case, shape the answer."""
