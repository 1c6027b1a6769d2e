"""A shop keeps a balance and a visitor's comment, which is longer than a value may be."""

import argparse

import kv_client

COMMENT = b"Nice shop!\n" + b"DEL balance\n" * 400


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=15000)
    address = ("127.0.0.1", parser.parse_args().port)
    with kv_client.Client(address) as shop:
        shop.put("balance", b"100")
        print("balance:", shop.get("balance"))
        try:
            shop.put("comment", COMMENT)
        except kv_client.KvError as error:
            print("comment:", error)
    with kv_client.Client(address) as shop:
        print("balance:", shop.get("balance"))


if __name__ == "__main__":
    main()
