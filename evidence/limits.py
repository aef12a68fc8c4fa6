"""How often one address may look at the public page, and all of them together: guessing codes must not pay."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

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

    def was_counted(self, address: str) -> bool:
        """Whether this address has tried at all."""
        return bool(caches["limits"].get(self._key(address)))

    def _key(self, address: str) -> str:
        return f"{self.name}:{address}"


# Whoever holds a paper types its code wrongly now and then; whoever guesses does so all the time.
WRONG_CODES = Limit("wrong-codes", tries=10, seconds=15 * 60)
# Many addresses that guess together: from then on one wrong code is too many. Who types a right one notices nothing.
ALL_WRONG_CODES = Limit("all-wrong-codes", tries=300, seconds=15 * 60)
ALL = "all"
LOOKS = Limit("looks", tries=120, seconds=60)


def guesses_too_often(address: str) -> bool:
    """Whether this address has typed more wrong codes than it may at this moment."""
    return WRONG_CODES.is_reached(address) or (ALL_WRONG_CODES.is_reached(ALL) and WRONG_CODES.was_counted(address))


def count_wrong_code(address: str) -> None:
    """One more wrong code, of this address and of all."""
    WRONG_CODES.count(address)
    ALL_WRONG_CODES.count(ALL)


def network_of(address: str) -> str:
    """Whose address it is: of IPv6 a household has millions, with the first half in common."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return str(parsed)
