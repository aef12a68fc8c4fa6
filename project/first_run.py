"""Makes the installation's own secrets, once: `python -m project.first_run`.

It stands outside the settings because the settings refuse to load without these secrets.
"""

import base64
import os
import secrets
import sys
from pathlib import Path

from project.environment import SECRET_NAMES, SECRETS_FILE


def fresh_key() -> str:
    """32 random bytes as URL-safe base64: what both Fernet and HMAC-SHA256 take as a key."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")


def secrets_text() -> str:
    """The content of a new secrets file. FIELD_KEYS is a comma-separated list, the newest key first."""
    values = {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "FIELD_KEYS": fresh_key(),
        "INDEX_KEY": fresh_key(),
    }
    return (
        "# 本机密钥，首次运行时自动生成。请与数据库一起备份；丢失后，已加密的身份证号、文书将无法读出。\n"
        "# Secrets of this installation. Losing this file loses the encrypted data. Never commit it.\n"
        + "".join(f"{name}={values[name]}\n" for name in SECRET_NAMES)
    )


def ensure_secrets(directory: Path, *, database_exists: bool) -> bool:
    """Writes the secrets file (mode 0600) when there is none; returns whether it did.

    Raises SystemExit when a database is there but its secrets are not: new keys could not read the old
    rows and would hide the loss until somebody opens them.
    """
    path = directory / SECRETS_FILE
    if path.exists() or all(os.environ.get(name) for name in SECRET_NAMES):
        return False
    if database_exists:
        raise SystemExit(
            f"数据库已经存在，却找不到密钥文件 {path}。请先从备份恢复该文件，再重新运行；"
            "没有它，已加密的内容无法读出。（The database exists but its secrets file is missing.）"
        )
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        # O_EXCL: of two first runs at once only one writes, and the file never exists with a wider mode.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets_text())
        file.flush()
        os.fsync(file.fileno())
    return True


def main() -> None:
    base = Path(__file__).resolve().parent.parent
    directory = Path(os.environ.get("VAR_DIR", "").strip() or base / "var")
    if ensure_secrets(directory, database_exists=(directory / "db.sqlite3").exists()):
        print(f"已生成本机密钥：{directory / SECRETS_FILE}（请与数据库一起备份）", file=sys.stderr)


if __name__ == "__main__":
    main()
