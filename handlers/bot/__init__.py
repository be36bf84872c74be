"""The conversation in the Official Account."""
