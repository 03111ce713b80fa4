"""The suite: the same parts as production, own database, mail kept in memory unless a test starts the sandbox."""

import base64
import os

os.environ.setdefault("SECRET_KEY", "the-test-suite-has-no-secrets-" + "0" * 32)
os.environ.setdefault("MASTER_KEYS", "kek-test-1:" + base64.b64encode(b"k" * 32).decode())
os.environ.setdefault("PLATFORM_DIGEST_KEY", base64.b64encode(b"p" * 32).decode())
os.environ.setdefault("TENANT_TOKEN_KEY", base64.b64encode(b"t" * 32).decode())
os.environ.setdefault("DATABASE_URL", "postgresql://app_web:app_web@127.0.0.1:5433/carillon_test")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6380/0")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("SANDBOX_SECRET", "sandbox-test-secret")

from config.settings.base import *  # noqa: F403
from config.settings.celery import *  # noqa: F403
from config.settings.database import *  # noqa: F403
from config.settings.observability import *  # noqa: F403
from config.settings.security import *  # noqa: F403

DEBUG = False
CLOCK_MAY_MOVE = True
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
WHITENOISE_AUTOREFRESH = True
ALLOWED_HOSTS = ["*"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
ACCOUNT_RATE_LIMITS = {}
API_LIMITS = dict.fromkeys(("key", "organization", "address", "unknown"), (600_000, 10_000))
PAGE_LIMITS = dict.fromkeys(("user", "organization", "address"), (600_000, 10_000))
INVITATION_LIMITS = {"organization": (600_000, 10_000), "address": (600_000, 10_000)}
