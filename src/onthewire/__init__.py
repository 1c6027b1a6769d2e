"""The library that the programs of the course grow into: protocols, servers, clients."""
