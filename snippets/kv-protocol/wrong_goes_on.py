# Wrong on purpose: after a length that it refuses it goes on, and takes the value for commands.

import kvproto
from kvproto import Store as Store


class Conversation(kvproto.Conversation):
    def command(self, fields):
        try:
            return super().command(fields)
        except kvproto.Refused as error:
            self.go("other line")
            return f"ERR {error}\n".encode("ascii")
