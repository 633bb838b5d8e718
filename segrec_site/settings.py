"""All settings, read from the environment (or `NAME_FILE`); a bad value stops the start.

What each variable means stands in docs/settings.md; `.env.example` lists them all.
"""

import os
import re
import secrets
import socket
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.retry import Retry

from segrec_site import embedded
from segrec_site.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()
env.read_env(BASE_DIR / ".env")


def _local_secret(file: Path) -> str:
    """Return the secret kept in the var directory, made at the first start, mode 0600."""
    embedded.make_var(file.parent)
    if not file.exists():
        aside = file.with_name(f"{file.name}.{os.getpid()}")
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(50))
        with suppress(FileExistsError):  # of several starts at once, the first wins
            os.link(aside, file)
        aside.unlink()
        embedded.settle(file.parent)
    return file.read_text()


SEGREC_MODE = env.choice("SEGREC_MODE", "local", {"local", "production"})
PRODUCTION = SEGREC_MODE == "production"
_needed = env.required if PRODUCTION else env.str
SEGREC_VAR = Path(env.str("SEGREC_VAR", "") or BASE_DIR / "var").absolute()
SEGREC_VERSION = re.search(r"^## (\S+)", (BASE_DIR / "CHANGELOG.md").read_text(), re.M)[1]
WEB = os.environ.get("SEGREC_PROCESS") == "web"

# --- The shop
SHOP_CURRENCY = env.str("SHOP_CURRENCY", "").upper()
if SHOP_CURRENCY and not re.fullmatch("[A-Z]{3}", SHOP_CURRENCY):
    raise ImproperlyConfigured(f"SHOP_CURRENCY is {SHOP_CURRENCY!r}; use three letters as in EUR.")
SHOP_TIME_ZONE = env.str("SHOP_TIME_ZONE", "UTC")
if SHOP_TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(f"SHOP_TIME_ZONE is {SHOP_TIME_ZONE!r}; use a name as Europe/Paris.")
# Without a table of a zone's history times are read several times faster.
SHOP_ZONE = UTC if SHOP_TIME_ZONE == "UTC" else ZoneInfo(SHOP_TIME_ZONE)
SHOP_PAGES = not PRODUCTION
RUNS_KEPT = env.count("RUNS_KEPT", 3)
FILES_KEPT_DAYS = env.count("FILES_KEPT_DAYS", 30)
EVENTS_KEPT_DAYS = env.count("EVENTS_KEPT_DAYS", 180)
ANSWERS_KEPT = env.count("ANSWERS_KEPT", 4000, least=0)
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")

# --- Imported files: the most that is read
IMPORT_UPLOAD_BYTES = 200 << 20
IMPORT_UNPACKED_BYTES = 20 << 30
IMPORT_UNPACKED_RATIO = 200
IMPORT_CELL_CHARACTERS = 1_000_000
IMPORT_COLUMNS = 500
# Product ids in flat order files that are no goods, and why.
_NOT_GOODS = (
    r"postage=POST(AGE)?|DOT|C\d|CARRIAGE|SHIPPING|DELIVERY|FREIGHT;"
    r"fee=AMAZON ?FEE|BANK CHARGES|CRUK|COMMISSION;adjustment=ADJUST\d*|B;"
    r"manual entry=M|MANUAL;discount=D|DISCOUNT;sample=S|SAMPLES?;test=TEST\d*;"
    r"gift voucher=GIFT(_\d+)*|.*VOUCHER"
)
NOT_GOODS = env.patterns("NOT_GOODS", _NOT_GOODS)

# --- Django
SECRET_KEY = _needed("SECRET_KEY")
SECRET_KEY = SECRET_KEY or _local_secret(SEGREC_VAR / "secret_key")
ERASURE_KEY = env.str("ERASURE_KEY", "") or SECRET_KEY
DEBUG = False
if PRODUCTION:
    ALLOWED_HOSTS = [host.strip() for host in env.required("ALLOWED_HOSTS").split(",")]
else:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
INSTALLED_APPS = [
    "segrec_site.apps.SegrecAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "corsheaders",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "segrec_site.apps.SiteConfig",
    "recommendations.apps.RecommendationsConfig",
    "customers.apps.CustomersConfig",
    "products.apps.ProductsConfig",
    "runs.apps.RunsConfig",
]
MIDDLEWARE = [
    "segrec_site.middleware.note_request",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "segrec_site.middleware.refuse_large_bodies",
    "segrec_site.middleware.refuse_nul",
    "segrec_site.middleware.DatabaseAway",
    "runs.rest.paths.keep_encoded_slashes",
]
ROOT_URLCONF = "segrec_site.urls"
WSGI_APPLICATION = "segrec_site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True
TIME_ZONE = SHOP_TIME_ZONE
USE_TZ = True
LANGUAGE_CODE = "en-gb"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- PostgreSQL and Redis: the environment's, or in local mode the embedded ones
_servers = embedded.urls(SEGREC_VAR)
DATABASE_URL = _needed("DATABASE_URL")
REDIS_URL = _needed("REDIS_URL")
EMBEDDED = not (DATABASE_URL and REDIS_URL)
DATABASES = {
    "default": env.postgres("DATABASE_URL", DATABASE_URL) if DATABASE_URL else _servers.django
}
DATABASES["default"]["OPTIONS"] = {
    # A machine that is gone without a word is missed within half a minute.
    "connect_timeout": 10,
    "tcp_user_timeout": 30_000,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    **DATABASES["default"].get("OPTIONS", {}),
    "prepare_threshold": 3,
}
if WEB:
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": 8,
        "timeout": 10,
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
REDIS_DB = env.count("SEGREC_REDIS_DB", 0, least=0)
_ANSWERS_IN = "locmem.LocMem" if ANSWERS_KEPT else "dummy.Dummy"
_cache_url, _broker_url = embedded.redis_urls(REDIS_URL or _servers.redis, first_db=REDIS_DB)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _cache_url,
        "OPTIONS": {
            "socket_timeout": 1,
            "socket_connect_timeout": 1,
            "retry": Retry(NoBackoff(), 0),
        },
    },
    # Lists by the tags of their answers, in each process; a tag is never that of another list.
    "answers": {
        "BACKEND": f"django.core.cache.backends.{_ANSWERS_IN}Cache",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": ANSWERS_KEPT},
    },
}

# --- Workers
CELERY_BROKER_URL = _broker_url
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_TIME_LIMIT = 4 * 3600
CELERY_TASK_SOFT_TIME_LIMIT = CELERY_TASK_TIME_LIMIT - 60
_KEEPALIVE = {"TCP_KEEPIDLE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 30_000}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A message is handed out again only after this; longer than any task may run.
    "visibility_timeout": CELERY_TASK_TIME_LIMIT + 600,
    "socket_connect_timeout": 3,
    # Workers wait while Redis hangs: who gives up acknowledging a message is handed no other one.
    "socket_timeout": 1 if WEB else None,
    "socket_keepalive": True,
    "socket_keepalive_options": {  # as far as the system has them
        getattr(socket, name): value for name, value in _KEEPALIVE.items() if hasattr(socket, name)
    },
}
CELERY_TASK_DEFAULT_QUEUE = "batch"
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_TIMEZONE = SHOP_TIME_ZONE
CELERY_BEAT_SCHEDULER = "segrec_site.beat.Schedule"
CELERY_BEAT_SCHEDULE = {
    "segments": {
        "task": "runs.tasks.start_run",
        "schedule": env.cron("SEGMENTS_SCHEDULE", "0 2 * * *"),
        "args": ["segments"],
    },
    "recommendations": {
        "task": "recommendations.tasks.start_all",
        "schedule": env.cron("RECOMMENDATIONS_SCHEDULE", "0 3 * * *"),
    },
    "sweep": {"task": "runs.tasks.sweep", "schedule": 20.0},
    "files": {"task": "runs.tasks.forget_files", "schedule": crontab(minute=17, hour=4)},
    "events": {
        "task": "recommendations.tasks.forget_events",
        "schedule": crontab(minute=37, hour=4),
    },
    # What the messages of changes lost with Redis would have done.
    "neighbours": {"task": "recommendations.tasks.refresh_neighbours", "schedule": 300.0},
    "popularity": {"task": "recommendations.tasks.refresh_popularity", "schedule": 3600.0},
    "insights": {"task": "customers.tasks.refresh_insights", "schedule": 600.0},
}

# --- Web: cookies, headers, static files
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 86400 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600  # staff log in once a working day
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "https:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
    }
}
STATIC_URL = "/static/"
STATIC_ROOT = SEGREC_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
if (BASE_DIR / "static-vendor").is_dir():
    STATICFILES_DIRS.append(BASE_DIR / "static-vendor")
WHITENOISE_USE_FINDERS = not PRODUCTION
_static_storage = "whitenoise.storage.CompressedManifestStaticFilesStorage"
if not PRODUCTION:
    _static_storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static_storage},
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]

# --- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["segrec_site.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["segrec_site.authentication.KeyKindAllows"],
    "DEFAULT_THROTTLE_CLASSES": ["segrec_site.throttling.PublishableKeyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["segrec_site.parsers.JsonParser"],
    "DEFAULT_SCHEMA_CLASS": "segrec_site.schema.StrictSchema",
    "EXCEPTION_HANDLER": "segrec_site.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
# Pages of other origins may call what a publishable key may; keys' own origins are checked later.
CORS_ALLOW_ALL_ORIGINS = True
CORS_URLS_REGEX = r"^/(api/v1/(products|popular|recommendations/basket|events)/|fragments/)"
CORS_ALLOW_METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "if-none-match"]
CORS_EXPOSE_HEADERS = ["etag", "retry-after", "x-request-id"]
SPECTACULAR_SETTINGS = {
    "TITLE": "segrec",
    "DESCRIPTION": "Customer segments that keep their identity, and product recommendations.",
    "VERSION": SEGREC_VERSION,
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [],
    "PATH_CONVERTER_OVERRIDES": {"extid": {"type": "string", "minLength": 1, "maxLength": 100}},
}

# --- Logs: one JSON object a line in production, plain lines elsewhere, always on stderr
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", {"DEBUG", "INFO", "WARNING", "ERROR"})
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "segrec_site.logs.PlainFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s%(about)s: %(message)s",
        },
        "json": {"()": "segrec_site.logs.JsonFormatter"},
    },
    "filters": {"routed": {"()": "segrec_site.logs.Routed"}},
    "handlers": {
        "stderr": {
            "filters": ["routed"],
            "class": "logging.StreamHandler",
            "formatter": "json" if PRODUCTION else "plain",
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Django adds handlers of its own to these, whose lines have paths.
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL},
        "django.request": {"level": "ERROR"},  # the rest stands in our line for each request
    },
}
