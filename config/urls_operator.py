"""Every address of the operator host: the admin behind a second factor, and logging in."""

from django.urls import include, path

from config import views
from config.operator_enrolment import operator_enrolment
from config.operator_site import guarded_site

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("health/live/", views.live, name="live"),
    path("health/ready/", views.ready, name="ready"),
    path("enrol/", operator_enrolment, name="operator_enrolment"),
    path("csp/", views.csp_report, name="csp_report"),
    path("", guarded_site().urls),
]
