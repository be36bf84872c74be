"""In-memory twins of the outside, of the same interface as the real thing and proved equal to it where both can run."""
