"""Addresses carriers call."""

from django.urls import path

from messaging.views import webhooks

app_name = "webhooks"
urlpatterns = [
    path("<slug:name>/status/<str:token>/<uuid:attempt_id>", webhooks.status, name="status"),
    path("<slug:name>/inbound/<str:token>", webhooks.inbound, name="inbound"),
]
