"""All settings of the shop, read from the environment; the defaults suit a developer's machine."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from core.setup.environment import a_choice, a_name, a_port, a_postgres_url, env, is_demo, is_production, number, switch
from core.setup.keys import derived_keys
from core.setup.logs import logging_as_json
from core.setup.parts import names_in, read_parts
from core.setup.time_zones import use_pinned_time_zones
from core.texts import languages
from omnistore import deadlines, limits
from omnistore.production_checks import find_unsafe
from omnistore.tools.servers.locations import postgres_url, valkey_url

use_pinned_time_zones()
BASE_DIR = Path(__file__).resolve().parent.parent
# Each payment provider, tax service and carrier is a folder with settings of its own.
PAYMENT_PROVIDERS = BASE_DIR / "orders" / "providers"
PARTS = read_parts(
    PAYMENT_PROVIDERS,
    BASE_DIR / "orders" / "carriers",
    BASE_DIR / "carts" / "providers" / "taxes",
    BASE_DIR / "carts" / "providers" / "carriers",
    BASE_DIR / "accounts" / "providers" / "tax_numbers",
)
globals().update(PARTS.settings)
for part in (deadlines, limits):
    globals().update({name: value for name, value in vars(part).items() if name.isupper()})
PRODUCTION = is_production()
DEBUG = switch("DEBUG", default=False)
DEMO = is_demo()
SECRET_KEY = env.str("SECRET_KEY", default="development-only-key-not-for-production-use").strip()
# Former keys, under which browsers stay signed in for as long as they are listed.
SECRET_KEY_FALLBACKS = [key.strip() for key in env.list("SECRET_KEY_FALLBACKS", default=[])]
# People hold derived codes for years, so their keys can outlive SECRET_KEY. The first key makes new codes.
CODE_KEYS = [key.strip() for key in env.list("CODE_KEYS", default=[])] or [SECRET_KEY, *SECRET_KEY_FALLBACKS]
COLLECTION_SECRETS = derived_keys(CODE_KEYS, purpose=b"collection codes of pickups")
ORDER_LINK_SECRETS = derived_keys(CODE_KEYS, purpose=b"links to orders of guests")
GIFT_CARD_SECRETS = derived_keys(CODE_KEYS, purpose=b"codes of gift cards")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
DATA_DIR = Path(env.str("DATA", default=str(BASE_DIR / ".data"))).resolve()
PORT = a_port("PORT", env.str("PORT", default="8000"))
# How many requests each web process handles at the same time; each of its threads has a database connection.
WEB_THREADS = number("WEB_THREADS", default=4)
# The shop's public URL, and that of its event streams; an empty LIVE_URL means the same URL.
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://localhost:{PORT}").rstrip("/")
LIVE_PORT = a_port("LIVE_PORT", env.str("LIVE_PORT", default=str(PORT + 1)))
LIVE_URL = env.str("LIVE_URL", default="" if PRODUCTION else f"http://localhost:{LIVE_PORT}").rstrip("/")
# When cards are charged: now, with the order; or fulfilment, when the goods leave (docs/paying.md).
CARD_CAPTURE = a_choice("CARD_CAPTURE", env.str("CARD_CAPTURE", default="now"), ("now", "fulfilment"))
# The provider that takes cards, where several that are switched on do; empty for the first by name.
CARD_PROVIDER = a_choice("CARD_PROVIDER", env.str("CARD_PROVIDER", default=""), ("", *names_in(PAYMENT_PROVIDERS)))
# The brand's name on pages, receipts and e-mails.
SHOP_NAME = env.str("SHOP_NAME", default="Omnistore")
SHOP_CURRENCY = env.str("SHOP_CURRENCY", default="EUR")
# The default country of the checkout's address.
SHOP_COUNTRY = env.str("SHOP_COUNTRY", default="DE")
# The countries to which goods are sent, if not to all whose taxes the shop knows.
SHIPS_TO = [country.strip().upper() for country in env.list("SHIPS_TO", default=[])]
SHOP_TIME_ZONE = env.str("SHOP_TIME_ZONE", default="Europe/Berlin")  # The time zone whose midnight ends a day of taxes.
# Receipts as PDF, if `make pdf` has installed the library.
RECEIPTS_AS_PDF = switch("RECEIPTS_AS_PDF", default=True)
# The coin to which all stores round cash, in minor units; 0 for the one of each store's country.
CASH_COIN_MINOR = number("CASH_COIN_MINOR", default=0)
# The tenders that are refunded first, for example "gift_card,credit"; the others follow, cash last.
REFUND_ORDER = env.list("REFUND_ORDER", default=[])
# The difference of a till's count, in minor units, above which closing it needs a manager.
TILL_DIFFERENCE_LIMIT_MINOR = number("TILL_DIFFERENCE_LIMIT_MINOR", default=500)
# The most that a manager gives back of one order whose goods stay with the buyer, in minor units.
PRICE_REDUCTION_LIMIT_MINOR = number("PRICE_REDUCTION_LIMIT_MINOR", default=10_000)

# --- Applications ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "core",
    "accounts",
    "inventory",
    "carts",
    "orders",
    "omnistore.engagement",
    "omnistore.till",
    "omnistore.storefront",
    "omnistore",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",  # For templates of allauth.
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "omnistore.apps.BackOfficeConfig",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "django_celery_beat",
    "django_htmx",
]
MIDDLEWARE = [
    "core.web.logs.log_requests",
    "core.web.csp.SecurityHeadersMiddleware",
    "core.web.middleware.ApiFastPathMiddleware",  # API requests stop here: the following are for browsers.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.web.middleware.refuse_nul",
    "core.web.middleware.BrowserSessionMiddleware",
    "core.web.middleware.LanguageMiddleware",
    "core.web.middleware.ShopTimeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "omnistore.card_numbers.CardNumberGuard",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.sign_in.sign_in_guard.SignInGuard",
    "core.audit.audit_back_office",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "omnistore.urls"
FORCE_SCRIPT_NAME = ""  # The shop is at the root of its host; if unset, Django works it out for every request.
PHONENUMBER_DEFAULT_REGION = None  # Numbers include their country; if unset, it is looked up for every request.
WSGI_APPLICATION = "omnistore.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": PARTS.templates,
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["core.templatetags.languages"],
        },
    }
]

# --- PostgreSQL -----------------------------------------------------------------------------------

# Web processes cancel a statement after ten seconds (wsgi.py); commands and workers have no limit.
STATEMENT_TIMEOUT = env.str("STATEMENT_TIMEOUT", default="0")
LOCK_TIMEOUT = env.str("LOCK_TIMEOUT", default="3s")
# Statements are prepared once per connection. Switch this off behind a pooler that shares connections.
DATABASE_PREPARED_STATEMENTS = switch("DATABASE_PREPARED_STATEMENTS", default=True)
IS_POSTGRES_EMBEDDED = not env.str("DATABASE_URL", default="")
DATABASE_URL = a_postgres_url(env.str("DATABASE_URL", default="") or postgres_url(DATA_DIR))
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"] |= {
    "ENGINE": "core.data.database",
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": not DATABASE_PREPARED_STATEMENTS,
    "OPTIONS": {
        "application_name": "omnistore",
        "connect_timeout": 2,
        # A server that vanished silently is detected within seconds.
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": 5000,
        # The ORM writes values into its statements: preparing them gains nothing. core.data.sql prepares its own.
        "prepare_threshold": None,
        # Prepared statements are planned once, for any values. By default PostgreSQL may plan a statement at every run,
        # which costs many times the execution, if its first plans were made on empty tables.
        "options": f"-c statement_timeout={STATEMENT_TIMEOUT} -c lock_timeout={LOCK_TIMEOUT} "
        "-c idle_in_transaction_session_timeout=10s -c plan_cache_mode=force_generic_plan",
    }
    | DATABASES["default"].get("OPTIONS", {}),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Valkey: cache, rate limits, broker -----------------------------------------------------------

# What keeps shops that share a Valkey or a broker apart; by default the name of the database.
NAMESPACE = a_name("NAMESPACE", env.str("NAMESPACE", default="") or DATABASES["default"]["NAME"])
IS_VALKEY_EMBEDDED = not env.str("REDIS_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="") or valkey_url(DATA_DIR)
CACHES = {
    "default": {
        "BACKEND": "core.web.cache.FailOpenCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": NAMESPACE,
        "OPTIONS": {"socket_timeout": 0.3, "socket_connect_timeout": 0.3, "kept_prefix": "allauth:rl:"},
    },
    # For the limits of sign-in while Valkey is down. Entries are dropped at the most, and nobody shall cause that.
    "database": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_limit",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
# A task leaves the queue when it is done; one whose worker died runs again, so tasks are idempotent.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Nobody waits for a dead broker: all necessary work is in the journal and is picked up later.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{NAMESPACE}:",
    "visibility_timeout": 900,  # Longer than the longest task, which would otherwise run twice at once.
    "socket_timeout": 5,
    "socket_connect_timeout": 0.5,
}
CELERY_TASK_DEFAULT_QUEUE = f"{NAMESPACE}-tasks"
CELERY_CONTROL_EXCHANGE = CELERY_EVENT_EXCHANGE = NAMESPACE  # A call to all workers reaches this shop's alone.
CELERY_BEAT_SCHEDULER = "omnistore.tools.beat:BoundedScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_TIMEZONE = "UTC"

# --- People (django-allauth) ----------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.Customer"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "omnistore.back_office.permissions.StaffBackend",
]
# auth.W004: addresses identify a person only after allauth has verified them, and allauth keeps those unique.
# security.W001 to W003: core.web.csp and core.web.middleware replace the middlewares that these checks look for.
SILENCED_SYSTEM_CHECKS = ["auth.W004", "security.W001", "security.W002", "security.W003"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]
ACCOUNT_ADAPTER = "accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Allauth's table of addresses identifies people; Customer.email is for contact and proves nothing.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.sign_in.forms.SignupForm"  # The address is optional for people who give a number.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
# Resending only: changing a mistyped address during sign-up would reveal which addresses have an account. People who
# mistyped sign up again; an unverified sign-up blocks no address and no number.
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
# Sign-in codes are requested again instead of resent: allauth fails on resending to a number without an account.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {
    # The shop counts wrong passwords itself (accounts/services/identity/wrong_sign_ins.py): allauth counts every
    # attempt and takes the right ones back, so that people who sign in at the same moment are refused.
    "login_failed": None,
    "login": "120/m/ip",  # Also the right ones: what one address may cost the shop.
    # Three guesses per code, so at most thirty an hour among one account's million codes.
    "request_login_code": "20/m/ip,3/m/key,10/h/key",
    "reset_password": "20/m/ip,5/m/key,10/h/key",
    # A whole shopping centre may share one IP address; a number's owner is not disturbed more often than this.
    "verify_phone": "1/30s/key,10/h/key,20/m/ip",
}
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ALLAUTH_TRUSTED_PROXY_COUNT = number("TRUSTED_PROXIES", default=0)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "welcome"  # Shows the result of merging the anonymous cart.
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_TOTP_ISSUER = SHOP_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# Staff without an authenticator app or passkey may sign in, but only to set one up.
STAFF_SECOND_FACTOR = switch("STAFF_SECOND_FACTOR", default=not DEMO)
HEADLESS_CLIENTS = ("app", "browser")
HEADLESS_SERVE_SPECIFICATION = True
HEADLESS_SPECIFICATION_TEMPLATE_NAME = None  # That page loads scripts from other hosts; the document itself remains.
HEADLESS_TOKEN_STRATEGY = "accounts.sign_in.tokens.TokenStrategy"  # noqa: S105
HEADLESS_JWT_ALGORITHM = "HS256"
HEADLESS_JWT_PRIVATE_KEY = SECRET_KEY
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = int(timedelta(minutes=30).total_seconds())
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = int(timedelta(days=30).total_seconds())
HEADLESS_JWT_ROTATE_REFRESH_TOKEN = True
SESSION_COOKIE_AGE = HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN

# --- Messages to people ---------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Omnistore <shop@localhost>")
if DEMO:
    # The demo sends nothing; its messages are shown at /mailbox/.
    EMAIL_BACKEND = "omnistore.engagement.senders.mailbox.EmailBackend"
    SMS_BACKEND = "omnistore.engagement.senders.mailbox.SmsBackend"
else:
    globals().update(env.email_url("EMAIL_URL", default="consolemail://"))
    SMS_BACKEND = env.str("SMS_BACKEND", default="")

# --- Languages ------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = languages.named("en", "ar", "fa", "de")  # Everything else comes from CLDR; texts are in locale/.
LOCALE_PATHS = [BASE_DIR / "omnistore" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files ----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
# A folder with the brand's own brand.css, logo.svg and icon.svg (docs/brand.md); missing files are the shop's.
BRAND_DIR = env.str("BRAND_DIR", default="")
STATICFILES_DIRS = [*PARTS.static, *([("brand", BRAND_DIR)] if BRAND_DIR else [])]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "static-root")))
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(DATA_DIR / "media")))
# In production a web server or bucket in front serves uploaded files.
SERVE_MEDIA = env.bool("SERVE_MEDIA", default=not PRODUCTION)
# Compressing takes a minute, and a developer would not notice the difference.
STATIC_FILES = "whitenoise" if PRODUCTION else "django.contrib.staticfiles"
STATIC_STORAGE = "CompressedManifestStaticFilesStorage" if PRODUCTION else "ManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": f"{STATIC_FILES}.storage.{STATIC_STORAGE}"},
}
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("jpg", "png", "webp", "avif", "gz", "br", "woff2", "map")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# --- Security -------------------------------------------------------------------------------------

IS_HTTPS = urlsplit(PUBLIC_URL).scheme == "https"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = switch("SECURE_SSL_REDIRECT", default=IS_HTTPS)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]  # Requested internally, without TLS.
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "omnistore.storefront.errors.handle_csrf"
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="").strip()

# --- Logs -----------------------------------------------------------------------------------------

LOGGING = logging_as_json(
    level=env.str("LOG_LEVEL", default="INFO"), access_level=env.str("ACCESS_LOG_LEVEL", default="INFO")
)

# --- API ------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.sign_in.authentication.TokenAuthentication",
        "accounts.sign_in.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "core.web.api.schema.ParametersAutoSchema",
    "EXCEPTION_HANDLER": "core.web.api.base.handle_exception",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_THROTTLE_RATES": limits.THROTTLE_RATES,
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Omnistore",
    "DESCRIPTION": "One shop for web, mobile app and stores. Fundamentals: docs/api.md.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "core.web.api.schema.add_problems"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Fields of one name with different choices.
    "ENUM_NAME_OVERRIDES": {
        "ConsentMediumEnum": "accounts.models.consents.MEDIA",
        "StockReasonEnum": "inventory.api.stock_documents.forms.REASONS",
        "RefundMethodEnum": "orders.api.registers.arrivals.REFUND_METHODS",
        "ReceiptMediumEnum": ["email", "sms"],
        "ReceiptChoiceEnum": ["email", "sms", "print", "none"],
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

if PRODUCTION and (unsafe := find_unsafe(globals(), environment=env.ENVIRON) + PARTS.find_unsafe(globals())):
    raise ImproperlyConfigured(" ".join(unsafe))
