"""The code by which a printed page is checked: short enough to type, too long to guess.

Ten characters of an alphabet without look-alikes are 50 bits. With a million papers issued, one guess in a
thousand million hits, and the public page counts wrong guesses.
"""

import secrets
import unicodedata

from django.conf import settings

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
LENGTH = 10
_LONGEST = 60  # nobody types more for a code
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def fresh_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def spaced(code: str) -> str:
    """K7QF2-M9X3T: as it is printed."""
    return f"{code[:5]}-{code[5:]}"


def typed_code(text: str) -> str:
    """The code somebody typed or scanned, without spaces, hyphens and slips of the eye; empty if it can be none.

    A Chinese keyboard may write every character twice as wide.
    """
    plain = unicodedata.normalize("NFKC", text[:_LONGEST]).upper()
    code = "".join(character for character in plain if character.isalnum()).translate(_LOOK_ALIKES)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def check_url(code: str = "") -> str:
    """The public address of the page behind a code (without one: where it is typed)."""
    return f"{settings.PUBLIC_URL}/c/{code}"
