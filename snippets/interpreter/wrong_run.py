# Wrong on purpose: calls run() where it means start().
"""Calls run() of two threads, and prints who did the work."""

import threading


def work(name):
    print(name, "is done by", threading.current_thread().name)


def main():
    for name in ("ada", "bob"):
        thread = threading.Thread(target=work, args=[name], name=f"worker-{name}")
        thread.run()
        print("worker was started:", thread.ident is not None)


if __name__ == "__main__":
    main()
