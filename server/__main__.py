"""`python -m server` is the same as `xianxue`."""

from server.cli import app

if __name__ == "__main__":
    app()
