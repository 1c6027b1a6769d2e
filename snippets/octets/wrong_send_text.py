# Wrong on purpose: sends text, and takes what it receives for text.
import socket

ours, theirs = socket.socketpair()
with ours, theirs:
    theirs.settimeout(1)
    try:
        ours.sendall("quit")
    except TypeError as error:
        print("TypeError:", error)

    ours.sendall(b"quit")
    received = theirs.recv(1024)
    print("received", received)
    print("is it 'quit'?", received == "quit")
    print(f"the client said: {received}")
    try:
        print("the client said: " + received)
    except TypeError as error:
        print("TypeError:", error)
