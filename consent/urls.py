"""Addresses of consent."""

from django.urls import path

from consent.views import evidence, purposes

app_name = "consent"
urlpatterns = [
    path("", purposes.purpose_list, name="purposes"),
    path("purposes/add/", purposes.add_purpose, name="add_purpose"),
    path("purposes/<uuid:purpose_id>/", purposes.purpose_detail, name="purpose"),
    path("purposes/<uuid:purpose_id>/publish/", purposes.publish, name="publish"),
    path("suppressions/", evidence.suppression_list, name="suppressions"),
    path("events/<uuid:event_id>/", evidence.event_detail, name="event"),
    path("points/<uuid:point_id>/", evidence.point_detail, name="point"),
    path("points/<uuid:point_id>/record/", evidence.record_consent, name="record_consent"),
    path("points/<uuid:point_id>/stop/", evidence.stop_point, name="stop_point"),
]
