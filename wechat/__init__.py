"""The vendor's language: pure protocol first, thin input and output second."""
