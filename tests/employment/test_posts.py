"""Posts are settled by their own township."""

import pytest

from tests.cast import Cast, post_of
from workflows.core.refusals import NotYours
from workflows.employment.models import Post


def test_a_reviewer_settles_a_post_of_a_village_of_the_own_township(cast: Cast) -> None:
    post = cast.do("employment.establish_post", cast.county, cast.reviewer, post_of(cast.village, "养路", 2)).result
    assert (post.village, post.state) == (cast.village, "vacant")


def test_a_reviewer_of_another_township_settles_nothing_there(cast: Cast) -> None:
    before = Post.objects.count()
    with pytest.raises(NotYours):
        cast.do("employment.establish_post", cast.county, cast.other_reviewer, post_of(cast.village, "养路", 2))
    assert Post.objects.count() == before
