"""Four threads move money between three accounts. The total stays, and nobody is in debt."""

import random
import sys
import threading

TRANSFERS = 1_000


class Account:
    def __init__(self, number, balance):
        self.number = number
        self.balance = balance
        self.lock = threading.Lock()


def move(source, target, amount):
    """Moves the amount if it is there. Both locks have to be held."""
    if source.balance >= amount:
        source.balance -= amount
        target.balance += amount


def transfer(source, target, amount):
    # The smaller number first, in every thread: so no two threads wait for each other.
    first, second = sorted([source, target], key=lambda account: account.number)
    with first.lock, second.lock:
        move(source, target, amount)


def spend(accounts, seed):
    chance = random.Random(seed)
    for _ in range(TRANSFERS):
        transfer(*chance.sample(accounts, 2), chance.randrange(1, 50))


def main():
    sys.setswitchinterval(1e-6)
    accounts = [Account(number, 100) for number in (1, 2, 3)]
    threads = [threading.Thread(target=spend, args=[accounts, seed]) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("total:", sum(account.balance for account in accounts))
    print("anybody in debt:", any(account.balance < 0 for account in accounts))


if __name__ == "__main__":
    main()
