"""A small demo county on PostgreSQL: it loads through the door, and what is written there stays written.

That the migrations apply from zero on both databases, and that none is missing, shows tests/setup/test_databases.py.
"""

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from audit.append_only import AppendOnlyModel, append_only_models
from tests.processes import start_manage, start_python

pytestmark = pytest.mark.postgres
# Everybody opens what the bar offers them: some pages ask in ways that SQLite takes and PostgreSQL does not.
OPENED = """
import re
from django.conf import settings
from django.test import Client
from project.demo import demo_logins
from registry.models import User
settings.ALLOWED_HOSTS = ["testserver"]
opened = 0
for username, _, _ in demo_logins():
    client = Client()
    client.force_login(User.objects.get(username=username))
    home = client.get("/", follow=True).content.decode()
    bar = home[home.index("<nav"):home.index("</nav>")]
    for address in sorted(set(re.findall(r'href="(/[^"#]*)"', bar))):
        assert client.get(address, follow=True).status_code == 200, (username, address)
        opened += 1
print(f"opened {opened}")
"""
WRITTEN_BY_THE_DEMO = {"Event", "EventSalt", "EventOrganisation", "Document", "StoredFile", "Signature", "SealUse"}


def test_the_demo_county_loads_and_can_only_grow(postgres_copy: str, tmp_path: Path) -> None:
    assert "演示县已载入" in start_manage(postgres_copy, tmp_path, "demo_county", "--workers", "60").finish()
    assert "全部办件的待办与状态相符" in start_manage(postgres_copy, tmp_path, "check_desks").finish()
    assert "条记录完整" in start_manage(postgres_copy, tmp_path, "verify_trail").finish()
    start_manage(postgres_copy, tmp_path, "collectstatic", "--no-input", "--verbosity", "0").finish()
    opened = start_python(OPENED, postgres_copy, tmp_path).finish()
    assert int(opened.rsplit("opened ", 1)[1]) > 100
    with psycopg.connect(postgres_copy, autocommit=True) as connection:
        filled = {model.__name__ for model in append_only_models() if refuses_every_change(connection, model)}
    assert filled >= WRITTEN_BY_THE_DEMO
    assert "条记录完整" in start_manage(postgres_copy, tmp_path, "verify_trail").finish()


def refuses_every_change(connection: psycopg.Connection, model: type[AppendOnlyModel]) -> bool:
    """As the owner of the table, past Django. False when the table is empty: then only TRUNCATE can be refused."""
    table = sql.Identifier(model._meta.db_table)
    key = sql.Identifier(str(model._meta.pk.column))
    refused(connection, sql.SQL("TRUNCATE {} CASCADE").format(table))
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(table)).fetchone()
    if row is None or not row[0]:
        return False
    refused(connection, sql.SQL("UPDATE {} SET {} = {}").format(table, key, key))
    if not model.deletable:
        refused(connection, sql.SQL("DELETE FROM {}").format(table))
    return True


def refused(connection: psycopg.Connection, statement: sql.Composed) -> None:
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="只增不改"):
        connection.execute(statement)
