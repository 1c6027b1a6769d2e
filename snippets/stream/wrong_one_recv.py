# Wrong on purpose: takes what one recv returns for one message.
import argparse
import socket


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=15000)
    parser.add_argument("--pieces", type=int, nargs="+", default=[6, 6, 8])
    options = parser.parse_args()
    with socket.create_connection(("127.0.0.1", options.port), timeout=5) as connection:
        for number, piece in enumerate(options.pieces, 1):
            connection.sendall(bytes([piece]))
            line = connection.recv(1024).split(b"\n")[0]
            print(f"message {number}: {line.decode()}")


if __name__ == "__main__":
    main()
