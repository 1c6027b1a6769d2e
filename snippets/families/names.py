"""Prints where a TCP client would connect to for each host that is given, and what kind each is."""

import argparse
import ipaddress
import socket


def kind(text):
    address = ipaddress.ip_address(text.partition("%")[0])
    for name in ("loopback", "link_local", "private"):
        if getattr(address, f"is_{name}"):
            return name.replace("_", "-")
    return "global"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("host", nargs="+", help="a name or an address")
    for host in parser.parse_args().host:
        print(host)
        try:
            found = socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM)
        except socket.gaierror:
            print("  no address")
            continue
        for family, _, _, _, where in found:
            print(f"  {family.name:9}{kind(where[0]):12}{where}")


if __name__ == "__main__":
    main()
