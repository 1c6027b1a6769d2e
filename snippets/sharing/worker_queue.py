"""Three workers take jobs from one queue and put results into another. They share nothing else."""

import argparse
import queue
import threading

WORKERS = 3
PLACES = 2
NO_MORE = None


def work(jobs, results):
    while (job := jobs.get()) is not NO_MORE:
        number, text = job
        try:
            results.put((number, text, int(text) ** 2))
        except ValueError as error:
            results.put((number, text, error))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", nargs="+", help="a number to be squared")
    texts = parser.parse_args().text
    jobs, results = queue.Queue(PLACES), queue.Queue()
    threads = [threading.Thread(target=work, args=[jobs, results]) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for job in enumerate(texts):
        # Waits while both places are taken.
        jobs.put(job)
    for _ in threads:
        jobs.put(NO_MORE)
    for thread in threads:
        thread.join()
    for _, text, result in sorted(results.get() for _ in texts):
        print(f"{text}: {result}")


if __name__ == "__main__":
    main()
