"""HTTP/1.1: messages without I/O, and servers and a client around them."""
