"""Every address of the product's host."""

from django.conf import settings
from django.urls import include, path

from campaigns.views import compliance, ending
from config import clock_door, views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("accounts.urls")),
    path("units/", include("billing.urls")),
    path("contacts/", include("contacts.urls")),
    path("campaigns/", include("campaigns.urls")),
    path("", include("messaging.urls")),
    path("consent/report/", compliance.compliance, name="compliance"),
    path("consent/report/compliance.csv", compliance.compliance_download, name="compliance_download"),
    path("consent/report/ending/", ending.ending, name="ending"),
    path("consent/report/ending.csv", ending.ending_download, name="ending_download"),
    path("consent/report/ending/ask/", ending.ask_again, name="ask_again"),
    path("consent/", include("consent.urls")),
    path("privacy/", include("privacy.urls")),
    path("account/", include("allauth.urls")),
    path("style/", views.style, name="style"),
    path("health/live/", views.live, name="live"),
    path("health/ready/", views.ready, name="ready"),
    path("csp/", views.csp_report, name="csp_report"),
    path("api/", views.to_api_docs, name="api"),
    path("api/docs/", views.to_api_docs, name="api_docs"),
    path("docs/", views.to_api_docs, name="docs"),
    path("api/v1/", include("config.urls_api")),
    path("webhooks/", include("messaging.urls_webhooks")),
]
if settings.CLOCK_MAY_MOVE:
    urlpatterns.append(path("practice/clock/", clock_door.move_clock, name="move_clock"))
handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
