"""Starts threads in both ways: with target=, and as a subclass with run()."""

import threading

# Opens once four threads wait at it, and not before.
FOUR_WAIT = threading.Barrier(4, timeout=10)


def fetch(name, answers):
    # Stands for a request: the thread waits here, as it would in recv.
    FOUR_WAIT.wait()
    answers[name] = f"fetched by {threading.current_thread().name}"


class Fetch(threading.Thread):
    def __init__(self, key, answers):
        super().__init__(name=f"subclass-{key}")
        self.key = key
        self.answers = answers

    def run(self):
        fetch(self.key, self.answers)


def main():
    answers = {}
    threads = [
        threading.Thread(target=fetch, args=["ada", answers], name="target-ada"),
        threading.Thread(target=fetch, args=["bob", answers], name="target-bob"),
        Fetch("cyd", answers),
        Fetch("dan", answers),
    ]
    for thread in threads[:3]:
        thread.start()
    print("three threads wait, answers so far:", len(answers))
    threads[3].start()
    for thread in threads:
        thread.join()
    for name in sorted(answers):
        print(name, answers[name])
    print("threads left:", threading.active_count())


if __name__ == "__main__":
    main()
