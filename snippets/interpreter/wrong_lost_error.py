# Wrong on purpose: an error in a thread ends that thread, and nobody asks for it.
"""Adds the numbers of three lines, with a thread for each; one line is no number."""

import threading


def tell(error):
    # Python prints a traceback here; one line of it is enough for this page.
    print(f"in {error.thread.name}: {error.exc_type.__name__}")


def add(line, sizes):
    sizes.append(int(line))


def main():
    threading.excepthook = tell
    sizes = []
    for number, line in enumerate(("100", "2oo", "300"), 1):
        thread = threading.Thread(target=add, args=[line, sizes], name=f"line-{number}")
        thread.start()
        thread.join()
    print("all threads are done, the sum is", sum(sizes))


if __name__ == "__main__":
    main()
