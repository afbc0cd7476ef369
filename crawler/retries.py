"""Decide whether and when a board that could not be read is asked for again.

This stands for Scrapy's RetryMiddleware, which retries at once and knows no Retry-After.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from crawler.responses import BadResponse

RETRIES = 2  # after the first try
FIRST_WAIT = 0.5  # seconds before the first retry, doubled before the next
# seconds of Retry-After that are waited for at once; a longer one waits for a later round
LONGEST_WAIT = 10.0


@dataclass(slots=True)
class Retries:
    """The tries of one check, and how long it has waited for a held host."""

    random: Random
    tries: int = 0
    held: float = 0.0  # seconds of waiting without a try

    def wait_after(self, trouble: BadResponse) -> float | None:
        """Return the seconds until a retry is worthwhile; None when it is not."""
        if trouble.held:
            left = trouble.retry_after or 0.0
            self.held += left
            return left if self.held <= LONGEST_WAIT else None
        self.tries += 1
        return wait_after_try(trouble, self.tries, self.random)


def wait_after_try(trouble: BadResponse, tries: int, random: Random) -> float | None:
    """Return the seconds until the next try after so many tries; None when there is none."""
    asked = trouble.retry_after or 0.0
    if not trouble.retryable or tries > RETRIES or asked > LONGEST_WAIT:
        return None
    # by chance a little longer, so that boards do not all retry at once
    backoff = FIRST_WAIT * (1 << (tries - 1)) * (1 + random.random() / 2)
    return max(asked, backoff)
