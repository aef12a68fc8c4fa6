"""How often one address may look at the public page: guessing codes must not pay."""

from dataclasses import dataclass

from django.core.cache import caches


@dataclass(frozen=True)
class Limit:
    """So many tries within so many seconds."""

    name: str
    tries: int
    seconds: int

    def count(self, address: str) -> None:
        """One more try of this address."""
        cache, key = caches["limits"], self._key(address)
        cache.add(key, 0, self.seconds)
        # Two at the same moment may count as one: the limit is for thousands.
        cache.set(key, int(cache.get(key) or 0) + 1, self.seconds)

    def is_reached(self, address: str) -> bool:
        return int(caches["limits"].get(self._key(address)) or 0) >= self.tries

    def _key(self, address: str) -> str:
        return f"{self.name}:{address}"


# Whoever holds a paper types its code wrongly now and then; whoever guesses does so all the time.
WRONG_CODES = Limit("wrong-codes", tries=10, seconds=15 * 60)
LOOKS = Limit("looks", tries=120, seconds=60)
