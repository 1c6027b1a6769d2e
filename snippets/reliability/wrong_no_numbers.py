# Wrong on purpose: neither packets nor acknowledgements have a number.
"""Sends three words over a path that loses one acknowledgement, and prints what came."""

LOST_ANSWER = 2


def receiver(packet, received):
    received.append(packet)
    return b"got it"


def send(words):
    received, answers = [], 0
    for word in words:
        acknowledged = False
        while not acknowledged:
            print("sent     ", word)
            answer = receiver(word, received)
            answers += 1
            if answers == LOST_ANSWER:
                print("    the answer is lost; after a while:")
            else:
                acknowledged = answer == b"got it"
    return received


print("received ", *send([b"one", b"two", b"three"]))
