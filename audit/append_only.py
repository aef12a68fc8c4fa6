"""Tables whose rows are written once: refused in Python, and again by triggers in the database.

The triggers are made after every migrate, because SQLite rebuilds a table for an AlterField and forgets them.
On SQLite a third trigger stands against INSERT OR REPLACE, which deletes the old row without asking a DELETE
trigger. It covers the primary key and every unconditional unique constraint.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from django.apps import apps
from django.db import NotSupportedError, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


class AppendOnlyError(Exception):
    """Somebody tried to change or delete a row that is written once."""


def _refuse(model: type[models.Model], act: str) -> NoReturn:
    raise AppendOnlyError(f"{model._meta.verbose_name}只增不改，不能{act}。")


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **kwargs: Any) -> int:
        _refuse(self.model, "修改")

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> int:
        _refuse(self.model, "修改")

    def update_or_create(self, *args: Any, **kwargs: Any) -> tuple[Any, bool]:
        _refuse(self.model, "修改")

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        # Positional: batch_size, ignore_conflicts, update_conflicts. A row silently left out is no record.
        if any(args[1:3]) or kwargs.get("update_conflicts") or kwargs.get("ignore_conflicts"):
            _refuse(self.model, "修改或略过")
        return super().bulk_create(objs, *args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        if not self.model.deletable:
            _refuse(self.model, "删除")
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _raw_delete(self, using: str | None) -> int:
        if not self.model.deletable:
            _refuse(self.model, "删除")
        return super()._raw_delete(using)


class AppendOnlyManager(models.Manager.from_queryset(AppendOnlyQuerySet)):  # type: ignore[misc]
    pass


class AppendOnlyModel(models.Model):
    """Base of tables whose rows are written once.

    `deletable`: rows may be deleted (the law may demand it), never changed.
    `reencrypted_fields`: encrypted columns that key rotation may rewrite; what such a column means must be
    bound by a digest in the same row.
    """

    deletable: ClassVar[bool] = False
    reencrypted_fields: ClassVar[tuple[str, ...]] = ()

    objects = AppendOnlyManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _refuse(type(self), "修改")
        # Without it Django tries an UPDATE first whenever the primary key is already set.
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        if not self.deletable:
            _refuse(type(self), "删除")
        return super().delete(*args, **kwargs)


# --- triggers ---------------------------------------------------------------------------------------

_FUNCTION = "audit_refuse_change"
_FUNCTION_BODY = """
BEGIN
    RAISE EXCEPTION '% 只增不改，不允许 %', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END
"""
# pg_trigger.tgtype: 1 per row, 2 before, 8 delete, 16 update, 32 truncate
_UPDATE_ROW, _DELETE_ROW, _TRUNCATE = 1 | 2 | 16, 1 | 2 | 8, 2 | 32


@dataclass(frozen=True)
class _Trigger:
    name: str
    table: str
    sql: str
    pg_type: int = 0
    columns: tuple[str, ...] = ()  # UPDATE OF these; empty: of any column


def append_only_models() -> list[type[AppendOnlyModel]]:
    """Every concrete append-only model of every installed app."""
    return [model for model in apps.get_models() if issubclass(model, AppendOnlyModel) and not model._meta.proxy]


def ensure_triggers(connection: BaseDatabaseWrapper) -> None:
    """Make every missing or altered trigger of every existing append-only table; idempotent."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        wanted = _wanted(connection, cursor)
        if connection.vendor == "postgresql" and wanted:
            cursor.execute(_function_sql())
        for trigger in _missing(connection, cursor, wanted):
            cursor.execute(_drop_sql(connection, trigger))
            cursor.execute(trigger.sql)


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of triggers that are missing, disabled or altered; also those of tables not migrated yet."""
    with connection.cursor() as cursor:
        wanted = _wanted(connection, cursor, existing_only=False)
        return [trigger.name for trigger in _missing(connection, cursor, wanted)]


def _missing(connection: BaseDatabaseWrapper, cursor: Any, wanted: Sequence[_Trigger]) -> list[_Trigger]:
    standing = _standing_sqlite(cursor) if connection.vendor == "sqlite" else _standing_postgresql(cursor)
    return [trigger for trigger in wanted if not _stands(connection, trigger, standing)]


def _stands(connection: BaseDatabaseWrapper, trigger: _Trigger, standing: dict[tuple[str, str], Any]) -> bool:
    found = standing.get((trigger.table, trigger.name))
    if connection.vendor == "sqlite":
        return bool(found == trigger.sql)
    return bool(found == (trigger.pg_type, frozenset(trigger.columns)))


def _standing_sqlite(cursor: Any) -> dict[tuple[str, str], Any]:
    cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
    return {(table, name): sql for table, name, sql in cursor.fetchall()}


def _standing_postgresql(cursor: Any) -> dict[tuple[str, str], Any]:
    # Only enabled triggers without a WHEN that call our function, its body untouched, in the current schema.
    cursor.execute(
        """
        SELECT c.relname, t.tgname, t.tgtype,
               ARRAY(SELECT a.attname::text FROM pg_attribute a
                     WHERE a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr))
        FROM pg_trigger t
        JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE c.relnamespace = current_schema()::regnamespace
          AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL
          AND p.proname = %s AND p.prosrc = %s
        """,
        [_FUNCTION, _FUNCTION_BODY],
    )
    return {(table, name): (kind, frozenset(columns)) for table, name, kind, columns in cursor.fetchall()}


def _function_sql() -> str:
    return f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${_FUNCTION_BODY}$$"


def _drop_sql(connection: BaseDatabaseWrapper, trigger: _Trigger) -> str:
    name, table = connection.ops.quote_name(trigger.name), connection.ops.quote_name(trigger.table)
    return f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if connection.vendor == "postgresql" else "")


def _wanted(connection: BaseDatabaseWrapper, cursor: Any, *, existing_only: bool = True) -> list[_Trigger]:
    if connection.vendor not in ("sqlite", "postgresql"):
        raise NotSupportedError("只增不改的表只支持 SQLite 和 PostgreSQL。")
    tables = set(connection.introspection.table_names(cursor))
    result: list[_Trigger] = []
    for model in append_only_models():
        table = model._meta.db_table
        if not router.allow_migrate_model(connection.alias, model) or (existing_only and table not in tables):
            continue
        columns = _protected_columns(connection, cursor, model, exists=table in tables)
        result += _triggers(connection, model, columns)
    return result


def _protected_columns(
    connection: BaseDatabaseWrapper, cursor: Any, model: type[AppendOnlyModel], *, exists: bool
) -> tuple[str, ...]:
    """Columns an UPDATE may not touch; empty when that is all of them."""
    if not model.reencrypted_fields:
        return ()
    columns = _columns(model)
    free = {columns[name] for name in model.reencrypted_fields}
    present = list(columns.values())
    if exists:
        # Halfway through the migrations a table may not have all its columns yet.
        standing = {row.name for row in connection.introspection.get_table_description(cursor, model._meta.db_table)}
        present = [column for column in present if column in standing]
    return tuple(column for column in present if column not in free)


def _triggers(
    connection: BaseDatabaseWrapper, model: type[AppendOnlyModel], columns: tuple[str, ...]
) -> list[_Trigger]:
    quote = connection.ops.quote_name
    table = model._meta.db_table
    on = quote(table)
    update = "UPDATE" + (f" OF {', '.join(map(quote, columns))}" if columns else "")
    acts: list[tuple[str, str, int]] = [("update", update, _UPDATE_ROW)]
    if not model.deletable:
        acts.append(("delete", "DELETE", _DELETE_ROW))
    result: list[_Trigger] = []
    if connection.vendor == "postgresql":
        acts.append(("truncate", "TRUNCATE", _TRUNCATE))
        for act, event, kind in acts:
            name = f"refuse_{act}_{table}"
            each = "STATEMENT" if kind == _TRUNCATE else "ROW"
            stop = f"FOR EACH {each} EXECUTE FUNCTION {_FUNCTION}()"
            sql = f"CREATE TRIGGER {quote(name)} BEFORE {event} ON {on} {stop}"
            result.append(_Trigger(name, table, sql, kind, columns if act == "update" else ()))
        return result
    for act, event, _ in acts:
        name = f"refuse_{act}_{table}"
        stop = f"BEGIN SELECT RAISE(ABORT, '{table} 只增不改，不允许 {act.upper()}'); END"
        result.append(_Trigger(name, table, f"CREATE TRIGGER {quote(name)} BEFORE {event} ON {on} {stop}"))
    name = f"refuse_replace_{table}"
    taken = " OR ".join(
        f"EXISTS (SELECT 1 FROM {on} WHERE {' AND '.join(f'{quote(c)} = NEW.{quote(c)}' for c in group)})"
        for group in _unique_columns(model)
    )
    stop = f"BEGIN SELECT RAISE(ABORT, '{table} 已有这一条，不允许 REPLACE'); END"
    result.append(_Trigger(name, table, f"CREATE TRIGGER {quote(name)} BEFORE INSERT ON {on} WHEN {taken} {stop}"))
    return result


def _unique_columns(model: type[models.Model]) -> list[list[str]]:
    columns = _columns(model)
    groups = [[field.name] for field in model._meta.concrete_fields if field.unique]
    groups += [list(names) for names in model._meta.unique_together]
    groups += [list(constraint.fields) for constraint in model._meta.total_unique_constraints]
    return [[columns[name] for name in names] for names in groups]


def _columns(model: type[models.Model]) -> dict[str, str]:
    return {field.name: field.column or field.attname for field in model._meta.concrete_fields}
