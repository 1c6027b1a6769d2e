"""Serves a zone at port 53 of a network of its own, and asks it with getent.

Run by `unshare`, in namespaces in which the loopback is empty and `/etc/resolv.conf` can be
replaced, since getent always asks at port 53 the servers that are named there.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile

from onthewire.dns.lab import BAKERY_ZONE
from onthewire.dns.responder import Responder
from onthewire.dns.server import DNSServer, serving
from onthewire.dns.zonefile import read_zone

subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
with NamedTemporaryFile("w") as file:
    file.write("nameserver 127.0.0.1\n")
    file.flush()
    target = Path("/etc/resolv.conf").resolve()
    subprocess.run(["mount", "--bind", file.name, str(target)], check=True)
    with serving(DNSServer(Responder([read_zone(BAKERY_ZONE)]), port=53)):
        command = ["getent", *sys.argv[1:]]
        sys.exit(subprocess.run(command, timeout=30).returncode)
