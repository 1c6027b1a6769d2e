# Wrong on purpose: a job waits for another job of the same pool.
"""A pool in which every thread waits for a job that no thread is left to run."""

import argparse
from concurrent.futures import ThreadPoolExecutor


def answer():
    return 42


def question(pool):
    return pool.submit(answer).result(timeout=0.3)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("threads", type=int)
    with ThreadPoolExecutor(parser.parse_args().threads) as pool:
        try:
            print(pool.submit(question, pool).result())
        except TimeoutError:
            print("no answer within 0.3 seconds")


if __name__ == "__main__":
    main()
