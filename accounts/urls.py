"""Addresses of accounts."""

from django.urls import path

from accounts.views import keys, organizations, roles, team

app_name = "accounts"
urlpatterns = [
    path("organizations/open/", organizations.open_organization, name="open"),
    path("organizations/switch/", organizations.switch, name="switch"),
    path("settings/", organizations.organization_settings, name="settings"),
    path("settings/review/", organizations.request_review, name="request_review"),
    path("settings/theme/", organizations.theme, name="theme"),
    path("settings/guests/", team.guest_page, name="guests"),
    path("settings/guests/<uuid:guest_id>/remove/", team.remove_guest, name="remove_guest"),
    path("settings/keys/", keys.key_list, name="keys"),
    path("settings/keys/requests/", keys.request_list, name="requests"),
    path("settings/keys/requests.csv", keys.request_file, name="request_file"),
    path("settings/keys/<uuid:key_id>/revoke/", keys.revoke_key, name="revoke_key"),
    path("documents/", organizations.documents, name="documents"),
    path("documents/<slug:name>/", organizations.document, name="document"),
    path("sending/stop/", organizations.emergency_stop, name="emergency_stop"),
    path("sending/resume/", organizations.resume_sending, name="resume_sending"),
    path("team/", team.team, name="team"),
    path("team/roles/", roles.role_list, name="roles"),
    path("team/roles/new/", roles.new_role, name="new_role"),
    path("team/roles/<uuid:role_id>/", roles.change_role, name="change_role"),
    path("team/roles/<uuid:role_id>/remove/", roles.remove_role, name="remove_role"),
    path("team/<uuid:member_id>/", team.member_detail, name="member"),
    path("team/<uuid:member_id>/remove/", team.remove_member, name="remove_member"),
    path("team/invitations/<uuid:invitation_id>/resend/", team.resend_invitation, name="resend_invitation"),
    path("team/invitations/<uuid:invitation_id>/cancel/", team.cancel_invitation, name="cancel_invitation"),
    path("invitation/<str:secret>/", team.invitation, name="invitation"),
    path("invitation/<str:secret>/accept/", team.accept_invitation, name="accept_invitation"),
    path("audit/", keys.audit, name="audit"),
]
