"""Settings shared by every installation; what differs comes from the environment (docs/exploitation.md)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import environ
from django.utils.translation import gettext_lazy as _

from config.security import *  # noqa: F403
from config.unfold import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()

SECRET_KEY = env.str("SECRET_KEY", default="")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where customers reach this installation: the links in mails begin with it.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "config.site.OfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "import_export",
    "simple_history",
    "django_fsm",
    "axes",
    "post_office",
    "csp",
    "apps.core",
    "apps.accounts",
    "apps.jobs",
    "apps.branding",
    "apps.documents",
    "apps.messaging",
    "apps.catalog",
    "apps.tariffs",
    "apps.customers",
    "apps.sims",
    "apps.lines",
    "apps.orders",
    "apps.usage",
    "apps.billing",
    "apps.accounting",
    "apps.dashboard",
    "apps.portal",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "apps.core.headers.PageHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "apps.accounts.sessions.SessionLimits",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
            ],
        },
    },
]


def database(url_variable: str = "DATABASE_URL") -> dict[str, object]:
    """The database that the environment names; SQLite in ``var/`` unless told otherwise.

    SQLite runs in WAL with IMMEDIATE transactions (two writers wait instead of failing at their first write)
    and synchronous=FULL (a numbered invoice survives a power cut).
    """
    config: dict[str, object] = dict(env.db(url_variable, default=f"sqlite:///{BASE_DIR / 'var' / 'ism.sqlite3'}"))
    if config["ENGINE"] == "django.db.backends.sqlite3":
        name = str(config["NAME"])
        if name != ":memory:":
            path = BASE_DIR / name
            path.parent.mkdir(parents=True, exist_ok=True)
            config["NAME"] = str(path)
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
        }
    else:
        config.setdefault("CONN_MAX_AGE", 60)
        config["CONN_HEALTH_CHECKS"] = True
    return config


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Signing in (apps.accounts): a user name is locked for the address that guesses at it.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "apps.accounts.backends.AudienceBackend"]
AXES_FAILURE_LIMIT = env.int("LOCKOUT_FAILURES", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOCKOUT_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "apps.accounts.signing_in.counted_name"
AXES_CLIENT_IP_CALLABLE = "apps.accounts.clients.locked_address"
AXES_LOCKOUT_CALLABLE = "apps.accounts.signing_in.locked_out"
# The journal is ours (accounts.SignIn), and has a screen of its own.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# For how long a link to choose a password can be used.
PASSWORD_RESET_TIMEOUT = 3600 * env.int("PASSWORD_LINK_HOURS", default=24)
# Requests to recover a password, from one address of the network and for one e-mail, within an hour.
RECOVERIES_PER_CLIENT = env.int("RECOVERIES_PER_CLIENT", default=20)
RECOVERIES_PER_EMAIL = env.int("RECOVERIES_PER_EMAIL", default=3)
# Reverse proxies in front of this server: each appends an address to X-Forwarded-For.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
# Signed in until idle for so long, and never longer than so many hours; sign-ins are remembered for so many days.
SESSION_IDLE = timedelta(minutes=env.int("SESSION_IDLE_MINUTES", default=120))
SESSION_LONGEST = timedelta(hours=env.int("SESSION_HOURS", default=12))
SESSION_COOKIE_AGE = int(SESSION_LONGEST.total_seconds())
SIGN_IN_DAYS = env.int("SIGN_IN_DAYS", default=365)

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))()
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media")))
# Documents, uploads and the ledger's log: never served by the web server, one shared mount for all machines.
PRIVATE_ROOT = Path(env.str("PRIVATE_ROOT", default=str(BASE_DIR / "var" / "private")))

# --- Mail (docs/exploitation.md): without EMAIL_URL, mails land as files in PRIVATE_ROOT/mails.
_MAIL = env.email_url("EMAIL_URL", default="filemail://")
EMAIL_BACKEND = _MAIL["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _MAIL["EMAIL_FILE_PATH"] or str(PRIVATE_ROOT / "mails")
EMAIL_HOST = _MAIL["EMAIL_HOST"] or "localhost"
EMAIL_HOST_USER = _MAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_PORT = _MAIL["EMAIL_PORT"] or (465 if EMAIL_USE_SSL else 587 if EMAIL_USE_TLS else 25)
# Seconds: for each answer of the mail server; for its last one, that it takes the mail over (waiting there is
# better than not knowing); and for a whole mail.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=30)
EMAIL_ACCEPTANCE_TIMEOUT = env.int("EMAIL_ACCEPTANCE_TIMEOUT", default=300)
EMAIL_DEADLINE = env.int("EMAIL_DEADLINE", default=900)
# How long the outbox keeps what went with a mail: it holds personal data, and invoices are kept where they belong.
MAIL_FILE_DAYS = env.int("MAIL_FILE_DAYS", default=90)
# post_office stores mails and nothing else; its attachments lie with the private files.
POST_OFFICE = {"FILE_STORAGE": "private", "MESSAGE_ID_ENABLED": False, "CELERY_ENABLED": False}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "private": {"BACKEND": "apps.messaging.storage.PrivateStorage"},
}

# Without these two, import and export are open to every member of staff (trap of django-import-export). They are rights
# of their own, which a model declares (“export_simcard”): whoever may look at a list may not carry it away yet.
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

SIMPLE_HISTORY_REVERT_DISABLED = True

# Rating and billing rules that an integrator may change (DOMAIN §5.5, §7).
MEGABYTE = env.int("MEGABYTE", default=1024**2)
TERMINATION_REFUND = env.bool("TERMINATION_REFUND", default=True)

# From today, the first and the last day on which a customer may have its number ported (strictly between 5 and 59).
PORTING_MIN_DAYS = env.int("PORTING_MIN_DAYS", default=6)
PORTING_MAX_DAYS = env.int("PORTING_MAX_DAYS", default=58)
# For how many days after it was last worked at a draft order keeps its SIM cards and numbers for itself.
ORDER_DRAFT_DAYS = env.int("ORDER_DRAFT_DAYS", default=7)

# The home page: for how long its figures are shown again, and from which stock on it asks for more SIM cards.
DASHBOARD_SECONDS = env.int("DASHBOARD_SECONDS", default=60)
SIM_STOCK_LOW = env.int("SIM_STOCK_LOW", default=50)

# How the operator is asked for what lines are to do on its network: "immediate" takes every request for done,
# "file_drop" writes files to PROVISIONING_DIR/out and reads the answers in PROVISIONING_DIR/in. Requests that are open
# for so many hours are told on the home page.
PROVISIONING = env.str("PROVISIONING", default="immediate")
PROVISIONING_DIR = env.str("PROVISIONING_DIR", default="")
PROVISIONING_LATE_HOURS = env.int("PROVISIONING_LATE_HOURS", default=24)

# Long work (apps.jobs). A worker that says nothing for so long has lost its job; a chunk takes a second at most.
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=60)
# How long results stay, and how long the files that people sent or had made for them.
JOB_DAYS = env.int("JOB_DAYS", default=180)
JOB_FILE_DAYS = env.int("JOB_FILE_DAYS", default=30)
# Largest file that is taken through the browser, in bytes; larger ones are loaded by command.
UPLOAD_LIMIT = env.int("UPLOAD_LIMIT", default=500 * 1024**2)
# Largest file of SIM cards, rates, customers…, in bytes: they are compared with the database as a whole, in memory.
IMPORT_LIMIT = env.int("IMPORT_LIMIT", default=50 * 1024**2)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
