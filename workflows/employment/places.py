"""How many of a post's places are taken: by people at work, and by whatever rooms above promise (approved
applications), which tell it here because this room does not know them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from .models import Post, Tenure

Promises = Callable[[], QuerySet[Any]]
_PROMISES: list[Promises] = []


def register_promises(promises: Promises) -> Promises:
    """`promises` gives the rows, each with its `post`, that hold a place of a post without anybody being on it."""
    _PROMISES.append(promises)
    return promises


def with_places_taken(posts: QuerySet[Post]) -> QuerySet[Post]:
    """The posts with `taken`, the number of their places that are not free; no further query."""
    taken = _how_many(Tenure.objects.filter(end_on__isnull=True))
    for promises in _PROMISES:
        taken = taken + _how_many(promises())
    return posts.annotate(taken=taken)


def places_taken(post: Post) -> int:
    """How many places of one post are not free."""
    return free_and_taken(with_places_taken(Post.objects.filter(pk=post.pk)).get())[1]


def free_and_taken(post: Post) -> tuple[int, int]:
    """Free and taken places of a post read by `with_places_taken`."""
    taken: int = post.taken  # type: ignore[attr-defined]
    return max(post.places - taken, 0), taken


def _how_many(rows: QuerySet[Any]) -> Any:
    counted = rows.filter(post=OuterRef("pk")).order_by().values("post").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number"), output_field=IntegerField()), 0)
