"""Compares the threads that Python knows with those that the kernel knows (Linux)."""

import os
import threading
from pathlib import Path


def main():
    done = threading.Event()
    for name in ("ada", "bob", "cyd"):
        # daemon: the program does not wait for this thread when it ends.
        threading.Thread(target=done.wait, name=name, daemon=True).start()
    ours = {thread.native_id for thread in threading.enumerate()}
    # Linux lists each thread of this process here, by its id.
    kernels = {int(task.name) for task in Path("/proc/self/task").iterdir()}
    done.set()
    print("Python knows", len(ours), "threads, the kernel", len(kernels))
    print("they are the same:", ours == kernels)
    print(
        "the first thread has the id of the process:",
        threading.main_thread().native_id == os.getpid(),
    )


if __name__ == "__main__":
    main()
