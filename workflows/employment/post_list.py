"""The posts a township settled on paper before this system, taken in as one act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from registry.roles import Role
from workflows.core.actions import Move, register
from workflows.core.list_actions import Faults, ListAction, by_code, too_long

from .models import Post, PostState

TEXTS = ("type_name", "duties", "standard", "hours")
MOST_PLACES = 200  # of one kind in one village: more is a slip of the hand


@register
class ImportPosts(ListAction):
    """A row: village (its code), type_name, duties, standard, hours, near (may be empty), places (a number)."""

    code = "employment.import_posts"
    label = "导入岗位"
    told = "导入核定的岗位"
    roles = (Role.TOWNSHIP_REVIEWER,)

    def make(self, move: Move) -> list[Post]:
        rows: Sequence[Mapping[str, str]] = move.data["rows"]
        township = move.data["township"]
        villages = by_code(move.county.pk, (row["village"] for row in rows))
        there = set(Post.objects.filter(village__parent=township).values_list("village__code", "type_name", "hours"))
        faults, posts = Faults(move), []
        for number, row in enumerate(rows, 1):
            village, places = villages.get(row["village"]), str(row.get("places") or "").strip()
            same = (row["village"], row["type_name"].strip(), row["hours"].strip())
            if village is None or village.parent_id != township.pk:
                faults.tell(number, f"{township.name}没有“{row['village']}”这个村，请核对村名或代码。")
            elif fault := next(
                (f"请填写{Post._meta.get_field(name).verbose_name}。" for name in TEXTS if not row[name].strip()), ""
            ) or too_long(Post, row, {"type_name": "type_name"}):
                faults.tell(number, fault)
            elif not (places.isascii() and places.isdigit() and 1 <= int(places) <= MOST_PLACES):
                faults.tell(number, f"人数请写1到{MOST_PLACES}的整数。")
            elif same in there:
                faults.tell(number, f"{village.name}已有同样工作时间的“{same[1]}”，请合成一行或者删去这一行。")
            else:
                post = Post(
                    county=move.county,
                    village=village,
                    places=int(places),
                    near=str(row.get("near") or "").strip(),
                    state=PostState.VACANT,
                    **{name: row[name].strip() for name in TEXTS},
                )
                posts.append(post)
            there.add(same)
        faults.refuse()
        Post.objects.bulk_create(posts)
        places_made = sum(post.places for post in posts)
        self.note(move, [township, *villages.values()], posts=len(posts), places=places_made)
        return posts
