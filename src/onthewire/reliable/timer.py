"""How long to wait for an acknowledgement: the retransmission timeout of RFC 6298.

The names are those of the RFC: SRTT, the smoothed round-trip time; RTTVAR, its variation; RTO, the
timeout that follows from them. Karn's rule (section 3) is the caller's: a packet that was sent more
than once gives no sample, since its acknowledgement may be for either.
"""

from __future__ import annotations

FIRST_RTO = 1.0
"""Seconds before anything is known (RFC 6298 section 2.1)."""

SHORTEST_RTO = 0.2
"""Seconds. RFC 6298 section 2.4 says 1; Linux takes 0.2, and a path of 10 ms gains by it."""

LONGEST_RTO = 60.0
"""Seconds; RFC 6298 section 2.5 allows such a bound from 60 on."""

GRANULARITY = 0.001
"""Seconds: G of the RFC, what the clock of a sleeping program can tell."""


# --8<-- [start:RetransmissionTimer]
class RetransmissionTimer:
    """Computes the RTO from samples of the round-trip time.

    Args:
        first: seconds before there is a sample.
        shortest: seconds, the least RTO.
        longest: seconds, the largest.
    """

    def __init__(
        self,
        first: float = FIRST_RTO,
        shortest: float = SHORTEST_RTO,
        longest: float = LONGEST_RTO,
    ) -> None:
        self.shortest, self.longest = shortest, longest
        self.srtt: float | None = None
        self.rttvar = 0.0
        self.rto = self._bounded(first)

    def sample(self, seconds: float) -> None:
        """Take a round-trip time: of a packet that was sent once."""
        if self.srtt is None:
            self.srtt, self.rttvar = seconds, seconds / 2
        else:
            self.rttvar += (abs(self.srtt - seconds) - self.rttvar) / 4
            self.srtt += (seconds - self.srtt) / 8
        self.rto = self._bounded(self.srtt + max(GRANULARITY, 4 * self.rttvar))

    def back_off(self) -> None:
        """Double the RTO, because it has passed; the next sample sets it anew."""
        self.rto = self._bounded(2 * self.rto)

    def _bounded(self, seconds: float) -> float:
        return min(max(seconds, self.shortest), self.longest)


# --8<-- [end:RetransmissionTimer]
