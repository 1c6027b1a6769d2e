"""Runs the hello server and its client; shows what each socket call gave, and when."""

import contextlib
import io
import queue
import socket
import sys
import threading
import time

import tcp_hello_client
import tcp_hello_server

CALLS = "__init__ setsockopt bind listen accept connect recv sendall close"
log = []
ports = queue.Queue()


def watched(call):
    original = getattr(socket.socket, call)

    def method(self, *arguments, **options):
        began = time.perf_counter_ns()
        result = original(self, *arguments, **options)
        gave = ""
        if call == "listen":
            self.kind = "listening socket"
            ports.put(self.getsockname()[1])
        elif call == "accept":
            gave = f"port {result[1][1]}"
        elif call == "close":
            gave = self.kind
        elif call in ("recv", "sendall"):
            gave = repr(arguments[0] if call == "sendall" else result)
        # accept makes its socket from a descriptor: that is no call of the program.
        if "fileno" not in options:
            ended = time.perf_counter_ns()
            log.append((threading.current_thread().name, call, gave, began, ended))
        return result

    return method


def main():
    # Both programs share one interpreter here; without this one may wait 5 ms for its turn.
    sys.setswitchinterval(1e-5)
    watched_calls = {call: watched(call) for call in CALLS.split()}
    socket.socket = type("WatchedSocket", (socket.socket,), {"kind": "connection"} | watched_calls)
    serve = threading.Thread(name="server", target=tcp_hello_server.serve_one, args=[0])
    with contextlib.redirect_stdout(io.StringIO()):
        serve.start()
        threading.current_thread().name = "client"
        tcp_hello_client.greet(ports.get(timeout=10))
        serve.join()
    start = min(began for *_, began, _ in log)
    print("program  call          began  returned  (microseconds)")
    for side, call, gave, *times in sorted(log, key=lambda entry: (entry[0] != "server", entry[3])):
        began, ended = ((at - start) // 1000 for at in times)
        name = "socket" if call == "__init__" else call
        print(f"{side:9}{name:10}  {began:7}  {ended:8}  {gave}".rstrip())


if __name__ == "__main__":
    main()
