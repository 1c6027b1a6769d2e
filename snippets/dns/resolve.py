"""Finds the addresses of names, starting at the root server of the lab."""

import argparse
import json
import pathlib
import secrets
import socket
import time

import dns_wire

MOST_QUESTIONS, MOST_ALIASES, DEEPEST = 30, 8, 3


class Resolver:
    def __init__(self, port):
        self.port = port
        self.servers = {".": ["192.0.2.1"]}  # addresses of the servers of a zone
        self.known = {}  # records by name, and the time at which they end
        self.asked = 0
        self.steps = []

    def resolve(self, name, depth=0):
        """The records that lead from a name to its addresses, by aliases if need be."""
        found = []
        for _ in range(MOST_ALIASES):
            records, end = self.known.get(name, ([], 0))
            left = end - time.monotonic()
            if left > 0:
                records = [record._replace(ttl=int(left)) for record in records]
                self.note(depth, name, "the cache", records, time.monotonic())
            else:
                records = self.ask_down(name, depth)
                end = time.monotonic() + min((one.ttl for one in records), default=0)
                self.known[name] = records, end
            found += records
            if not records or records[-1].kind != "CNAME":
                return found
            name = records[-1].text
        raise OSError("too many aliases")

    def ask_down(self, name, depth):
        """Ask the servers nearest to the name, then those to which they refer."""
        zone = max((zone for zone in self.servers if within(name, zone)), key=len)
        while True:
            response = self.ask(zone, name, depth)
            answers = [one for one in response.answers if one.name == name]
            below = [one for one in response.authorities if one.kind == "NS"]
            if answers or not below:
                return answers
            cut, host = below[0].name, below[0].text
            if cut == zone or not (within(cut, zone) and within(name, cut)):
                raise OSError("a server referred to a zone that is not on the way")
            # An address is believed only from a server of a zone above the host.
            hosts = [one for one in response.additionals if one.name == host]
            glue = [one.text for one in hosts if one.kind == "A"]
            if not (glue and within(host, zone)):
                if depth == DEEPEST:
                    raise OSError("too many servers that have to be found first")
                glue = [one.text for one in self.resolve(host, depth + 1) if one.kind == "A"]
            zone = cut
            self.servers[zone] = glue

    def ask(self, zone, name, depth):
        """The response of the first server of the zone that gives one."""
        for address in self.servers[zone]:
            if self.asked == MOST_QUESTIONS:
                raise OSError("too many questions")
            self.asked += 1
            query = dns_wire.Message(secrets.randbelow(65536), 0, (name, "A"))
            began = time.monotonic()
            try:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                    client.settimeout(1)
                    client.connect(("127.0.0.1", self.port + int(address.split(".")[3]) - 1))
                    client.send(dns_wire.encode(query))
                    response = dns_wire.decode(client.recv(65535))
            except (OSError, ValueError):
                continue
            if response.id == query.id and response.question == query.question:
                said = response.answers or [one for one in response.authorities if one.kind == "NS"]
                self.note(depth, name, f"{address} for {zone}", said, began)
                return response
        raise OSError(f"no server of {zone} answers")

    def note(self, depth, name, where, said, began):
        """Print a step, and keep it."""
        says = ", ".join(f"{one.kind} {one.text}" for one in said) or "there is none"
        times = {"began": began, "ended": time.monotonic()}
        self.steps.append({"depth": depth, "name": name, "where": where, "says": says} | times)
        print(f"{'  ' * depth}  {name}  {where}: {says}")


def within(name, zone):
    return zone == "." or name == zone or name.endswith("." + zone)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--pause", type=float, default=0, help="seconds between two names")
    parser.add_argument("--write", help="a file for the steps, as JSON")
    parser.add_argument("--port", type=int, default=15000)
    options = parser.parse_args()
    resolver = Resolver(options.port)
    for place, name in enumerate(options.names):
        time.sleep(options.pause if place else 0)
        resolver.steps.clear()
        resolver.asked = 0
        began = time.monotonic()
        try:
            found = resolver.resolve(name.rstrip(".").lower() + ".")
        except OSError as error:
            raise SystemExit(f"{name}: {error}") from None
        addresses = [record for record in found if record.kind == "A"]
        told = ", ".join(f"{one.text} for {one.ttl} s" for one in addresses) or "no address"
        print(f"{name}: {told}  ({time.monotonic() - began:.3f} s)")
        if options.write:
            pathlib.Path(options.write).write_text(json.dumps(resolver.steps, indent=1) + "\n")


if __name__ == "__main__":
    main()
