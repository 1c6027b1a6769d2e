# Wrong on purpose: as many threads as there are files.
"""Hashes all files of a folder, a thread for each."""

import hashlib
import sys
import threading
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


def outcome_of(path, open_file):
    try:
        return hash_file(path, open_file)
    except OSError as error:
        return f"ERROR {type(error).__name__}"


def hash_folder(folder, open_file=open_binary):
    """By the name of each file under the folder: its digest."""
    results = {}

    def work(path):
        results[path.relative_to(folder).as_posix()] = outcome_of(path, open_file)

    paths = [path for path in sorted(Path(folder).rglob("*")) if path.is_file()]
    threads = [threading.Thread(target=work, args=[path]) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return dict(sorted(results.items()))


if __name__ == "__main__":
    for name, outcome in hash_folder(sys.argv[1] if sys.argv[1:] else ".").items():
        print(outcome, ascii(name))
