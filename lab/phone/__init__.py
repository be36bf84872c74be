"""The phone for people: everything started, and the school's part at hand."""

from pathlib import Path

DIRECTORY = Path("var/phone")
ADDRESSES = "addresses.json"
"""The file that says where server and simulator listen, for whoever comes later."""
