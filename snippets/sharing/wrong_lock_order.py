# Wrong on purpose: takes the lock of the source first, whichever account that is.
"""Two transfers, one after the other and then at the same time."""

import threading

from bank_lock import Account, move

waiting = {}


def transfer(source, target, each_holds_one):
    with source.lock:
        each_holds_one.wait()
        waiting[source.number] = f"holds lock {source.number}, waits for lock {target.number}"
        with target.lock:
            move(source, target, 10)
            del waiting[source.number]


def main():
    one, two = Account(1, 100), Account(2, 100)
    transfer(one, two, threading.Barrier(1))
    transfer(two, one, threading.Barrier(1))
    print("one after the other:", one.balance, two.balance)
    barrier = threading.Barrier(2)
    # Daemon threads do not keep the program from ending.
    threads = [
        threading.Thread(target=transfer, args=[*pair, barrier], daemon=True)
        for pair in ((one, two), (two, one))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=0.3)
    print("threads that still wait:", sum(thread.is_alive() for thread in threads))
    for number in sorted(waiting):
        print(waiting[number])


if __name__ == "__main__":
    main()
