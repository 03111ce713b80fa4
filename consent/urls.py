"""Addresses of consent."""

from django.urls import path

from consent.views import evidence, keywords, limits, proof_keys, purposes, rules, stop_requests

app_name = "consent"
urlpatterns = [
    path("", purposes.purpose_list, name="purposes"),
    path("purposes/add/", purposes.add_purpose, name="add_purpose"),
    path("purposes/<uuid:purpose_id>/", purposes.purpose_detail, name="purpose"),
    path("purposes/<uuid:purpose_id>/publish/", purposes.publish, name="publish"),
    path("purposes/<uuid:purpose_id>/confirming/", purposes.confirming, name="confirming"),
    path("suppressions/", evidence.suppression_list, name="suppressions"),
    path("events/<uuid:event_id>/", evidence.event_detail, name="event"),
    path("keys/", proof_keys.proof_keys, name="proof_keys"),
    path("keys/verify.py", proof_keys.proof_verifier, name="proof_verifier"),
    path("keys.json", proof_keys.proof_keys_file, name="proof_keys_file"),
    path("events/<uuid:event_id>/receipt.json", evidence.event_receipt, name="receipt"),
    path("events/<uuid:event_id>/attachment/", evidence.event_attachment, name="attachment"),
    path("points/<uuid:point_id>/", evidence.point_detail, name="point"),
    path("points/<uuid:point_id>/record/", evidence.record_consent, name="record_consent"),
    path("points/<uuid:point_id>/stop/", evidence.stop_point, name="stop_point"),
    path("keywords/", keywords.keyword_list, name="keywords"),
    path("keywords/words/", keywords.word_set, name="word_set"),
    path("keywords/try/", keywords.try_text, name="try_text"),
    path("frequency/", limits.limits, name="limits"),
    path("frequency/change/", limits.change_limits, name="change_limits"),
    path("requests/", stop_requests.request_list, name="stop_requests"),
    path("requests/enter/", stop_requests.enter, name="enter_request"),
    path("requests/<uuid:stop_request_id>/", stop_requests.request_detail, name="stop_request"),
    path("requests/<uuid:stop_request_id>/confirm/", stop_requests.confirm, name="confirm_request"),
    path("requests/<uuid:stop_request_id>/deny/", stop_requests.deny, name="deny_request"),
    path("requests/<uuid:stop_request_id>/agree/", stop_requests.agree, name="agree_denial"),
    path("requests/<uuid:stop_request_id>/give/", stop_requests.give, name="give_request"),
    path("rules/", rules.rule_list, name="rules"),
    path("rules/question/", rules.rule_question, name="rule_question"),
    path("rules/changes/", rules.rule_changes, name="rule_changes"),
    path("rules/versions/", rules.rule_sets, name="rule_sets"),
    path("rules/<slug:rule>/", rules.rule_detail, name="rule"),
    path("decisions/<uuid:decision_id>/", rules.decision_detail, name="decision"),
]
