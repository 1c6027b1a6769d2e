# Wrong on purpose: it takes for a length whatever `int` takes for a number.

import kvproto
from kvproto import Store as Store


class Conversation(kvproto.Conversation):
    def command(self, fields):
        if fields[0] == b"SET" and len(fields) == 3:
            if int(fields[2]) > kvproto.VALUE_LIMIT:
                raise kvproto.Refused("length")
            self.key, self.length = fields[1], int(fields[2])
            self.go("SET")
            return b""
        return super().command(fields)
