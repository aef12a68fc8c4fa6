"""`python -m tests.races.stage` sets up the county of the races: the cast's county, with one edge place left."""

import django

django.setup()

from tests.cast import build_cast, post_of, user_of  # noqa: E402
from tests.races.scenes import CROWDED_POST, PASSWORD, QINGHE, YUNSHAN  # noqa: E402


def build() -> None:
    cast = build_cast()
    for code in (QINGHE, YUNSHAN):
        cast.do("employment.establish_post", cast.county, cast.system, post_of(cast.places[code], CROWDED_POST, 500))
    cast.fill_quota(4)
    # They come through the web server, too; the others of the cast can't log in.
    for clerk in (cast.clerk, cast.reviewer, cast.colleague):
        user = user_of(clerk)
        user.set_password(PASSWORD)
        user.save()


if __name__ == "__main__":
    build()
