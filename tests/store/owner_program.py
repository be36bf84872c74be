"""A program that owns an embedded MongoDB until it is killed: python owner_program.py DIRECTORY."""

import sys
from pathlib import Path
from time import sleep

from store.embedded.mongo import EmbeddedMongo

with EmbeddedMongo(Path(sys.argv[1])) as uri:
    sys.stdout.write(f"{uri}\n")
    sys.stdout.flush()
    while True:
        sleep(60)
