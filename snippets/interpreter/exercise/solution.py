"""Hashes all files of a folder, eight at a time."""

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

BLOCK_SIZE = 65_536
WORKERS = 8


def open_binary(path):
    return path.open("rb")


def hash_file(path, open_file):
    digest = hashlib.sha256()
    with open_file(path) as file:
        while block := file.read(BLOCK_SIZE):
            digest.update(block)
    return digest.hexdigest()


def outcome_of(path, open_file):
    try:
        return hash_file(path, open_file)
    except OSError as error:
        return f"ERROR {type(error).__name__}"


def hash_folder(folder, open_file=open_binary):
    """By the name of each file under the folder: its digest or its error, ordered by path."""
    paths = [path for path in sorted(Path(folder).rglob("*")) if path.is_file()]
    names = [path.relative_to(folder).as_posix() for path in paths]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        # map gives the outcomes in the order of the paths, whichever is ready first.
        outcomes = pool.map(partial(outcome_of, open_file=open_file), paths)
        return dict(zip(names, outcomes, strict=True))


if __name__ == "__main__":
    for name, outcome in hash_folder(sys.argv[1] if sys.argv[1:] else ".").items():
        print(outcome, ascii(name))
