"""Settings, all from the environment and safe when absent; README lists them."""

import os
from pathlib import Path

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from .environment import boolean, database, day, integer, listed, text

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = boolean("KSEFKIT_DEBUG", default=False)
SECRET_KEY = text("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. Start with `make run`, or copy .env.example and fill it in.")

# "1:base64,2:base64": the highest version encrypts, all may decrypt (docs/secrets.md).
VAULT_MASTER_KEYS = text("VAULT_MASTER_KEYS", default="")
VAULT_PROVIDER = text("VAULT_PROVIDER", default="local")
HASHICORP_VAULT_URL = text("HASHICORP_VAULT_URL", default="")
HASHICORP_VAULT_TOKEN = text("HASHICORP_VAULT_TOKEN", default="")
HASHICORP_VAULT_KEY = text("HASHICORP_VAULT_KEY", default="ksefkit")
HASHICORP_VAULT_MOUNT = text("HASHICORP_VAULT_MOUNT", default="transit")
# Where a KSeF token is kept: database (sealed), or stripe (the Secret Store of the tenant's own Stripe account).
KSEF_TOKEN_KEEPER = text("KSEF_TOKEN_KEEPER", default="database")
PUBLIC_URL = text("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = listed("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL.startswith("https://") else []
HTTPS = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "apps.audit",
    "apps.tenants",
    "apps.connections",
    "apps.registers",
    "apps.documents",
    "apps.reviews",
    "apps.filings",
    "apps.stripe_intake",
    "apps.alerts",
    "apps.archive",
    "apps.dashboard",
    "apps.api",
]

MIDDLEWARE = [
    # Deliveries of webhooks: no session, no language, no redirect.
    "apps.stripe_intake.front.HooksFirst",
    # The same for the probes of monitors and load balancers.
    "apps.alerts.health.HealthFirst",
    "apps.tenants.request_context.request_context",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.tenants.session_limits.session_limits",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.dashboard.middleware.clear_after_sign_out",
    "apps.dashboard.middleware.warsaw_time",
]

ROOT_URLCONF = "ksefkit.urls"
WSGI_APPLICATION = "ksefkit.wsgi.application"
# A webhook that arrives without its slash must fail loudly: Stripe counts a redirect as a failure.
APPEND_SLASH = False

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
                "django.template.context_processors.i18n",
                "apps.dashboard.context.tenant_context",
            ],
        },
    }
]

# The application role owns nothing and never bypasses row-level security; migrations use DATABASE_OWNER_URL.
DATABASES = {
    "default": database("DATABASE_OWNER_URL" if boolean("KSEFKIT_AS_OWNER", default=False) else "DATABASE_URL")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = text("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "apps.tenants.passwords.NotPutTogether"},
    # A file of breached passwords as haveibeenpwned.com publishes it: SHA-1 in ascending order, one a line.
    {
        "NAME": "apps.tenants.passwords.NotBreached",
        "OPTIONS": {"path": text("BREACHED_PASSWORDS_FILE", default="")},
    },
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = text("ACCOUNT_EMAIL_VERIFICATION", default="mandatory")
ACCOUNT_LOGOUT_ON_GET = False
# Amount, period, per what. After five wrong passwords an address waits five minutes, whoever asks.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "signup": "10/m/ip",
    "reset_password": "10/m/ip,3/m/key",
    "reset_password_from_key": "10/m/ip",
    "reauthenticate": "5/m/user",
    "change_password": "5/m/user",
    "manage_email": "5/m/user",
    "confirm_email": "1/180s/key",
}
ACCOUNT_PREVENT_ENUMERATION = True
# Links in mails: an hour to choose a new password, a day to confirm an address.
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_ADAPTER = "apps.tenants.sign_ins.NotedSignIns"
# A mail after every change of password, address or second factor.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "KSeF Kit: "
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Off only where nothing counts in law (`make run`); PROD is never switched on without a second factor.
MFA_REQUIRED = boolean("MFA_REQUIRED", default=True)
MFA_ADAPTER = "apps.tenants.second_factor.SealedSecondFactor"
MFA_TOTP_ISSUER = "KSeF Kit"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
USERSESSIONS_TRACK_ACTIVITY = True

EMAIL_BACKEND = text("EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = text("EMAIL_HOST", default="")
EMAIL_PORT = integer("EMAIL_PORT", default=587)
EMAIL_HOST_USER = text("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = text("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = boolean("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10  # seconds; without it a mail server that accepts and says nothing holds a thread of the web for ever
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", default="KSeF Kit <no-reply@localhost>")

LANGUAGE_CODE = "en"
LANGUAGES = [("pl", _("Polish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["ksefkit.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = boolean("KSEFKIT_STATIC_FROM_SOURCE", default=DEBUG)
if WHITENOISE_USE_FINDERS:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# NIST SP 800-63B-4, section 2.2.3: at most one hour without use and one day in all; we end the day after twelve hours.
SESSION_IDLE_SECONDS = 3600
SESSION_LASTS_SECONDS = SESSION_COOKIE_AGE = 12 * 3600
SECURE_SSL_REDIRECT = boolean("SECURE_SSL_REDIRECT", default=HTTPS)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if boolean("BEHIND_PROXY", default=False) else None
# One proxy of ours in front, or none: an X-Forwarded-For that nobody trusted wrote is not believed.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if boolean("BEHIND_PROXY", default=False) else 0
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
# A webhook body holds at most ten lines of an invoice; 2.5 MB is far above anything Stripe sends.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_RATES": {"key": text("API_RATE", default="600/min")},
    "EXCEPTION_HANDLER": "apps.api.problems.as_problem",
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "KSeF Kit API",
    "VERSION": "1.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "DocumentKind": "apps.documents.models.SourceDocument.Kind",
        "KsefStatus": "apps.connections.models.KsefConnection.Status",
        "StripeStatus": "apps.connections.models.StripeConnection.Status",
        "DocumentStatus": "apps.filings.states.Label",
    },
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Messages are doorbells; the rows are the truth. A killed worker's doorbell rings again after a minute at most.
    "visibility_timeout": 60,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TIMEZONE = "UTC"
# Doorbells only: one that comes late, twice or never changes nothing but promptness, so an old one is dropped.
CELERY_BEAT_SCHEDULE = {
    "archive.anonymise": {"task": "apps.archive.tasks.anonymise_old_documents", "schedule": crontab(hour=2, minute=10)},
    "archive.close": {"task": "apps.archive.tasks.close_accounts", "schedule": crontab(hour=2, minute=40)},
    "audit.check": {"task": "apps.alerts.tasks.check_audit_chains", "schedule": crontab(hour=1, minute=15)},
    "credentials.watch": {"task": "apps.alerts.tasks.watch_all_credentials", "schedule": crontab(hour=5, minute=30)},
    "filings.tick": {"task": "apps.filings.tasks.tick", "schedule": 1.0, "options": {"expires": 2}},
    "filings.sweep": {"task": "apps.filings.tasks.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "filings.night": {"task": "apps.filings.tasks.night", "schedule": 60.0, "options": {"expires": 60}},
    "registers.rates": {
        "task": "apps.stripe_intake.tasks.load_published_rates",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "registers.own": {
        "task": "apps.stripe_intake.tasks.check_own_companies",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "registers.questions": {
        "task": "apps.stripe_intake.tasks.ask_due_questions",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "stripe.sweep": {
        "task": "apps.stripe_intake.tasks.process_stripe_events",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
}

# Addresses of the outside world; simulators and mirrors set their own.
STRIPE_API_VERSION = "2026-10-28.endive"
STRIPE_API_BASE = text("STRIPE_API_BASE", default="https://api.stripe.com")
# Stripe's limits belong to the tenant's account and are shared with the tenant's own systems: stay well below 25.
STRIPE_REQUESTS_PER_SECOND = integer("STRIPE_REQUESTS_PER_SECOND", default=15)
KSEF_LOCAL_URL = text("KSEF_LOCAL_URL", default="")
KSEF_LOCAL_LATARNIA_URL = text("KSEF_LOCAL_LATARNIA_URL", default="")
# The last day of signing in by token; § 13(1)(1) of the regulation of 12 December 2025 (Dz.U. 2025 item 1815).
KSEF_TOKENS_END_ON = day("KSEF_TOKENS_END_ON", default="2026-12-31")
# How many documents and batches one worker process waits for side by side.
KSEF_THREADS = integer("KSEF_THREADS", default=4)
# KSeF counts requests per NIP and address: name the address here when workers leave through several.
KSEF_EGRESS = text("KSEF_EGRESS", default="default")
NBP_URL = text("NBP_URL", default="https://api.nbp.pl/api")
ECB_URL = text("ECB_URL", default="https://www.ecb.europa.eu/stats/eurofxref")
VIES_URL = text("VIES_URL", default="https://ec.europa.eu/taxation_customs/vies/rest-api")
# Whether VIES and the White List are asked about buyers of Stripe's test mode; for simulators of the registers.
REGISTERS_IN_TEST_MODE = boolean("REGISTERS_IN_TEST_MODE", default=False)
WHITE_LIST_URL = text("WHITE_LIST_URL", default="https://wl-api.mf.gov.pl")

# An address or page for reports of weaknesses, shown at /.well-known/security.txt.
SECURITY_CONTACT = text("SECURITY_CONTACT", default=f"{PUBLIC_URL}/")
# Where the nightly check appends the head of every audit chain; best a place the database's owner cannot write.
AUDIT_HEADS_FILE = text("AUDIT_HEADS_FILE", default="")

LOG_LEVEL = text("LOG_LEVEL", default="INFO")
# Django calls it with LOGGING when it starts.
LOGGING_CONFIG = "ksefkit.logging.configure"
LOGGING = LOG_LEVEL
if os.environ.get("SENTRY_DSN"):
    from .error_reports import start  # needs the extra, only when configured

    start(os.environ["SENTRY_DSN"])
