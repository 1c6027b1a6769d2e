"""Two threads deposit into one account. A barrier lets both read before either writes."""

import threading

both_have_read = threading.Barrier(2, timeout=5)
balance = 100


def deposit(amount):
    global balance
    seen = balance
    both_have_read.wait()
    balance = seen + amount


def main():
    threads = [threading.Thread(target=deposit, args=[10]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("100 and two deposits of 10 are", balance)


if __name__ == "__main__":
    main()
