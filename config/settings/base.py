"""What is true everywhere: apps, middleware, templates, languages, static files."""

import pathlib

from django.utils.csp import CSP

from config import env

BASE_DIR = pathlib.Path(__file__).resolve().parent.parent.parent
PRODUCT_NAME = "Carillon"

INSTALLED_APPS = [
    "core.apps.CoreConfig",
    "accounts.apps.AccountsConfig",
    "billing.apps.BillingConfig",
    "consent.apps.ConsentConfig",
    "contacts.apps.ContactsConfig",
    "messaging.apps.MessagingConfig",
    "campaigns.apps.CampaignsConfig",
    "privacy.apps.PrivacyConfig",
    "unfold",
    "config.apps.OperatorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
]

MIDDLEWARE = [
    "core.middleware.RequestIdMiddleware",
    "core.middleware.NulMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.SlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.enrolment.EnrolmentMiddleware",
    "accounts.middleware.TenantMiddleware",
    "accounts.middleware.RefusedFormMiddleware",
]

# the operator host is a process of its own, with its own database role and addresses
OPERATOR_HOST = env.text("CARILLON_ROLE", "web") == "operator"
ROOT_URLCONF = "config.urls_operator" if OPERATOR_HOST else "config.urls"
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
                "config.shell.context",
            ],
            "builtins": ["core.templatetags.interface"],
        },
    }
]

TENANT_MODEL = "accounts.Organization"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_ROOT = pathlib.Path(env.text("MEDIA_ROOT", str(BASE_DIR / ".local" / "media")))
FILE_UPLOAD_HANDLERS = ["accounts.uploads.GuardedUploadHandler"]

PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000")
WEBHOOK_URL = env.text("WEBHOOK_URL", PUBLIC_URL)
SANDBOX_URL = env.text("SANDBOX_URL", "")
SANDBOX_SECRET = env.text("SANDBOX_SECRET", "")
#: the practice carrier's mail server, such as smtp://127.0.0.1:8025; the only one that may stand on a private address
SANDBOX_SMTP = env.text("SANDBOX_SMTP", "")

#: what a message may come from → the page about it; messaging knows its origins by these words alone
ORIGIN_PAGES = {
    "run": "campaigns:run",
    "one": "messaging:conversation",
    "reply": "messaging:conversation",
}

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
    "manifest-src": [CSP.SELF],
    "report-uri": ["/csp/"],
}
# django-unfold needs these two on the operator host alone (docs/adr/0006); no page there shows tenant-written HTML.
OPERATOR_CSP = SECURE_CSP | {
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
}
if OPERATOR_HOST:
    SECURE_CSP = OPERATOR_CSP

MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": env.text("SMTP_HOST", "127.0.0.1"),
            "port": env.number("SMTP_PORT", 8025),
            "username": env.text("SMTP_USERNAME", ""),
            "password": env.text("SMTP_PASSWORD", ""),
            "use_tls": env.flag("SMTP_TLS", False),
            "timeout": 10,
        },
    }
}
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Carillon <hello@carillon.example>")

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api_keys.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api_input.PlainJSONParser"],
    "EXCEPTION_HANDLER": "accounts.api.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
#: how often an API key, its organisation, the address it asks from, and an address without a key may ask: a minute on average,
#: and at once
API_LIMITS = {"key": (600, 100), "organization": (1800, 300), "address": (3600, 600), "unknown": (60, 20)}
#: how often one person, all people of an organisation, and one address may ask for pages behind the log-in. Pages for everybody
#: stand apart: a way out of a list is never refused, and the log-in has limits of its own
PAGE_LIMITS = {"user": (600, 200), "organization": (6000, 1000), "address": (6000, 1000)}
#: how often an organisation may invite (20 at once, 60 an hour), and one address be invited by whomever (never over 5 an hour)
INVITATION_LIMITS = {"organization": (1, 20), "address": (2 / 60, 3)}
#: choices stand where they are used, without names of their own
SPECTACULAR_SETTINGS = {
    "TITLE": "Carillon API",
    "DESCRIPTION": "What the pages do, for programs. /api/v1/docs/ shows it to people; docs/api.md begins.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "config.api_schema.without_marks",
        "config.api_schema.with_scopes",
        "config.api_examples.with_examples",
    ],
}

FORMAT_MODULE_PATH = ["config.formats"]

UNFOLD = {
    "SITE_TITLE": "Carillon operators",
    "SITE_HEADER": "Carillon operators",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
}
