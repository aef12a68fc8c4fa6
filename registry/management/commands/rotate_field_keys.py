"""换密钥：把全部加密列和封装的密钥改用 FIELD_KEYS 的第一把。可以随时中断后重来。"""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models
from django.db.models.expressions import ExpressionWrapper, F, Value

from registry.encryption import DecryptionError, EncryptedTextField, WrappedKeyField, is_current, rotated


class Command(BaseCommand):
    help = "把全部加密列和封装的密钥改用 FIELD_KEYS 的第一把密钥；已改过的不再改，可以中断后重来。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="每批的行数（默认500）")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("--batch 至少为1。")
        unreadable = 0
        for model in apps.get_models():
            if model._meta.proxy or not model._meta.managed:
                continue
            for field in model._meta.local_concrete_fields:
                if isinstance(field, (EncryptedTextField, WrappedKeyField)):
                    unreadable += self._rotate_column(model, field, options["batch"])
        if unreadable:
            raise CommandError(f"有{unreadable}处密文解不开，没有改动：请把缺少的旧密钥补进 FIELD_KEYS 后重来。")
        self.stdout.write("已全部改用第一把密钥，旧密钥可以从 FIELD_KEYS 里移去。")

    def _rotate_column(self, model: type[models.Model], field: "models.Field[Any, Any]", batch: int) -> int:
        """Rotate one column in batches by primary key; returns how many tokens can't be read."""
        raw_type: models.Field[Any, Any] = (
            models.BinaryField() if isinstance(field, WrappedKeyField) else models.TextField()
        )
        # Tokens as they stand, past the column's own decryption and past a model's own refusals.
        rows = model._base_manager.annotate(stored_token=ExpressionWrapper(F(field.attname), output_field=raw_type))
        last_pk: Any = None
        seen = changed = unreadable = 0
        while True:
            page = rows.order_by("pk") if last_pk is None else rows.filter(pk__gt=last_pk).order_by("pk")
            found = list(page.values_list("pk", "stored_token")[:batch])
            if not found:
                break
            for pk, token in found:
                seen += 1
                try:
                    changed += bool(token) and self._rotate_row(rows, field, raw_type, pk, token)
                except DecryptionError:
                    unreadable += 1
                    self.stderr.write(f"{model._meta.label}.{field.name} 第{pk}行解不开。")
            last_pk = found[-1][0]
            self.stdout.write(f"{model._meta.label}.{field.name}：已看{seen}行，改了{changed}行。")
        return unreadable

    def _rotate_row(
        self, rows: models.QuerySet[Any], field: "models.Field[Any, Any]", raw_type: Any, pk: Any, token: Any
    ) -> bool:
        stored = token.encode("ascii") if isinstance(token, str) else bytes(token)
        if is_current(stored):
            return False
        fresh = rotated(stored)
        value = fresh.decode("ascii") if isinstance(token, str) else fresh
        # Only while it is still what was read: somebody may have saved a newer value meanwhile.
        unchanged = rows.filter(pk=pk, stored_token=token)
        return bool(unchanged.update(**{field.name: Value(value, output_field=raw_type)}))
