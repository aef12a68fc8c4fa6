"""The one settings file. Everything that differs between installations comes from the environment.

A value that makes no sense stops the start with a sentence that names the variable (project/environment.py).
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url

from project.environment import Environment, refuse

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()

# Everything a running copy writes stands in one folder, so that one folder is the backup.
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var"))).absolute()
env.add_secrets(VAR_DIR)

SECRET_KEY = env.secret("SECRET_KEY")
# Newest first: the first key encrypts, all of them decrypt (rotation).
FIELD_KEYS = env.keys("FIELD_KEYS")
INDEX_KEY = env.secret("INDEX_KEY")

DEBUG = env.switch("DEBUG")
# The list of demo logins is shown on the login page and by `manage.py serve`.
DEMO = env.switch("DEMO")
# The server is reached through https (its own proxy sends X-Forwarded-Proto). Many offices have plain http only.
HTTPS = env.switch("HTTPS")

HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000, least=1, most=65535)
WEB_WORKERS = env.number("WEB_WORKERS", 2, least=1, most=64)
WEB_THREADS = env.number("WEB_THREADS", 4, least=1, most=64)

_LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
_BRACKETED_HOST = f"[{HOST}]" if ":" in HOST and not HOST.startswith("[") else HOST
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", list(dict.fromkeys([*_LOOPBACK, _BRACKETED_HOST])))

# Where others reach this site: printed on every paper, as text and as QR.
_PUBLIC_HOST = next((name for name in ALLOWED_HOSTS if name not in _LOOPBACK and "*" not in name), _BRACKETED_HOST)
_PLAIN_PORT = "" if HTTPS else f":{PORT}"
PUBLIC_URL = env.text("PUBLIC_URL", f"{'https' if HTTPS else 'http'}://{_PUBLIC_HOST}{_PLAIN_PORT}").rstrip("/")

if HOST in {"0.0.0.0", "::"} and not env.text("ALLOWED_HOSTS", ""):  # noqa: S104
    raise refuse(
        "ALLOWED_HOSTS",
        f"没有设置：HOST={HOST} 时，请写上别的电脑访问时用的 IP 或域名，例如 ALLOWED_HOSTS=192.168.1.10,localhost。",
        f"not set; with HOST={HOST} name the address or the domain other machines will use",
    )

if DEBUG and _BRACKETED_HOST not in _LOOPBACK:
    raise refuse(
        "DEBUG",
        f"不能与 HOST={HOST} 同时使用：调试页面会泄露个人信息，只能在本机打开。",
        f"not together with HOST={HOST}; the debug pages show personal data and may be opened on this machine only",
    )

INSTALLED_APPS = [
    "project",
    "evidence",
    "workflows.terminations",
    "workflows.inspections",
    "workflows.reporting",
    "workflows.applications",
    "workflows.appraisals",
    "workflows.attendance",
    "workflows.employment",
    "workflows.administration",
    "workflows.lists",
    "workflows.policies",
    "workflows.form_versions",
    "workflows.briefings",
    "workflows.letters",
    "workflows.core",
    "signatures",
    "forms_templates",
    "registry",
    "audit",
    # Without "viewflow" itself: that app is its screens, their broken style sheet and their middlewares.
    "viewflow.workflow",
    "django_tasks_db",
    "axes",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "project.sessions.IdleTimeoutMiddleware",
    "project.own_password.OwnPasswordFirstMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "workflows.core.middleware.DoorAnswers",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "project.context.desk",
            ],
        },
    },
]


# --- Database ---------------------------------------------------------------------------------------


def database(url: str) -> dict[str, Any]:
    """Django's settings for one database address; only SQLite and PostgreSQL are supported."""
    try:
        settings: dict[str, Any] = {**dj_database_url.parse(url)}
    except (ValueError, KeyError) as error:
        # The address may hold a password: it is not repeated.
        raise refuse("DATABASE_URL", "看不懂，例如 sqlite:////path/db.sqlite3。", "not understood") from error
    engine = settings["ENGINE"]
    options: dict[str, Any] = dict(settings.get("OPTIONS") or {})
    if engine == "django.db.backends.sqlite3":
        options |= {
            # A write lock is taken at BEGIN: two readers that both want to write would otherwise fail at once.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: a commit that was answered must survive the power cut.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
        settings["CONN_MAX_AGE"] = 60
    elif engine == "django.db.backends.postgresql":
        options |= {
            "pool": {"min_size": 1, "max_size": WEB_THREADS + 2, "timeout": 10},
            # No compiling of queries: ours join many tables for a few rows, and before the first ANALYZE PostgreSQL
            # thinks them so dear that it compiled for seconds what it then read in milliseconds.
            "options": (
                "-c lock_timeout=10000 -c statement_timeout=120000 -c idle_in_transaction_session_timeout=60000"
                " -c jit=off"
            ),
        }
        # The pool keeps the connections; Django must not keep them as well.
        settings["CONN_MAX_AGE"] = 0
    else:
        raise refuse("DATABASE_URL", "只支持 sqlite 和 postgres。", "only sqlite and postgres are supported")
    return {**settings, "OPTIONS": options}


DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
DATABASES = {"default": database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Jobs are rows of the same transaction; `manage.py db_worker` does them.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


# How often an address has tried something in public, counted over all processes of the server.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "limits": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR_DIR / "limits",
        "OPTIONS": {"MAX_ENTRIES": 10000},
    },
}


# --- Who comes in -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "registry.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "registry.backends.OfficialBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "registry.passwords.CharacterClassesValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
# A name and an address together: a whole township behind one address is not locked out by one colleague,
# and nobody can lock a colleague out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# The page promises 15 minutes; a further try must not start them again.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Idle time, refreshed at most once a minute by project.sessions; the cookie itself ends with the browser.
SESSION_COOKIE_AGE = 30 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "project.views.csrf_failure"
# In the session, not in a cookie: messages name people.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# Browsers ignore this header over plain http and complain on every page.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600

# Strokes of a long signature and a 5 MB attachment fit; a film does not.
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
# A village's month has a field for each day of each worker.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600


# --- Files ------------------------------------------------------------------------------------------

PAPERS_DIR = VAR_DIR / "papers"

# Which LibreOffice makes the PDF (empty: the one on the PATH), and how much it may take before it is stopped.
LIBREOFFICE = env.text("LIBREOFFICE", "")
PDF_START_SECONDS = env.number("PDF_START_SECONDS", 60, least=1, most=3600)
PDF_FILE_SECONDS = env.number("PDF_FILE_SECONDS", 20, least=1, most=3600)
# `make run` as root installs what PDF needs, unless this is set.
NO_APT = env.switch("NO_APT")
PDF_MEMORY_MB = env.number("PDF_MEMORY_MB", 4096, least=256, most=65536)
# A time stamp authority (RFC 3161) for signed PDFs; empty: they are signed without a time stamp.
TIMESTAMP_URL = env.text("TIMESTAMP_URL", "")
if TIMESTAMP_URL and not TIMESTAMP_URL.startswith(("http://", "https://")):
    raise refuse("TIMESTAMP_URL", "应以 http:// 或 https:// 开头。", "expected an http or https address")

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}


# --- Language and time ------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True


# --- What went wrong --------------------------------------------------------------------------------

# No request bodies and no query strings anywhere; numbers that could be a person's are masked.
LOG_FILE = VAR_DIR / "log" / "errors.log"
LOG_FILE.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "masked": {
            "()": "project.logs.MaskingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "level": "WARNING", "formatter": "masked"},
        "file": {
            # Watched: the machine's own logrotate may move it while several processes write.
            "class": "logging.handlers.WatchedFileHandler",
            "filename": str(LOG_FILE),
            "encoding": "utf-8",
            "delay": True,
            "level": "ERROR",
            "formatter": "masked",
        },
    },
    "root": {"handlers": ["console", "file"], "level": "WARNING"},
    "loggers": {
        # Own handlers instead of Django's: those would mail whole requests to administrators.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        # A page that is not found or not allowed is an answer, not an error.
        "django.request": {"level": "ERROR"},
        # On the console only what the operator must act on; the worker reports its stops as warnings.
        "django_tasks_db": {"handlers": ["file"], "propagate": False},
    },
}
