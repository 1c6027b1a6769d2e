"""Hashes all files of a folder, one after the other."""

import hashlib
import sys
from pathlib import Path

BLOCK_SIZE = 65_536


def open_binary(path):
    return path.open("rb")


def hash_file(path, open_file):
    digest = hashlib.sha256()
    with open_file(path) as file:
        while block := file.read(BLOCK_SIZE):
            digest.update(block)
    return digest.hexdigest()


def hash_folder(folder, open_file=open_binary):
    """By the name of each file under the folder: its digest, ordered by path."""
    results = {}
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            results[name] = hash_file(path, open_file)
    return results


if __name__ == "__main__":
    for name, outcome in hash_folder(sys.argv[1] if sys.argv[1:] else ".").items():
        print(outcome, ascii(name))
