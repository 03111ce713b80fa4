"""Every address of the product's host."""

from django.urls import include, path

from config import views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("accounts.urls")),
    path("units/", include("billing.urls")),
    path("", include("messaging.urls")),
    path("consent/", include("consent.urls")),
    path("account/", include("allauth.urls")),
    path("style/", views.style, name="style"),
    path("health/live/", views.live, name="live"),
    path("health/ready/", views.ready, name="ready"),
    path("csp/", views.csp_report, name="csp_report"),
    path("api/v1/", include("config.urls_api")),
    path("webhooks/", include("messaging.urls_webhooks")),
]
handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
