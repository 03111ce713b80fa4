"""Addresses of contacts."""

from django.urls import path

from contacts.views import imports, lists, people

app_name = "contacts"
urlpatterns = [
    path("", people.people_list, name="list"),
    path("new/", people.new_contact, name="new"),
    path("members/", lists.members, name="members"),
    path("lists/", lists.list_page, name="lists"),
    path("lists/<uuid:list_id>/", lists.rename_list, name="rename_list"),
    path("fields/", lists.field_page, name="fields"),
    path("imports/", imports.import_list, name="imports"),
    path("imports/upload/", imports.upload, name="upload"),
    path("imports/<uuid:job_id>/", imports.import_detail, name="import"),
    path("imports/<uuid:job_id>/progress/", imports.progress, name="progress"),
    path("imports/<uuid:job_id>/start/", imports.start, name="start"),
    path("imports/<uuid:job_id>/cancel/", imports.cancel, name="cancel"),
    path("imports/<uuid:job_id>/rejected.csv", imports.rejects, name="rejects"),
    path("addresses/<uuid:link_id>/remove/", people.remove_address, name="remove_address"),
    path("notes/<uuid:note_id>/remove/", people.remove_note, name="remove_note"),
    path("<uuid:contact_id>/", people.detail, name="detail"),
    path("<uuid:contact_id>/change/", people.change_contact, name="change"),
    path("<uuid:contact_id>/addresses/", people.add_address, name="add_address"),
    path("<uuid:contact_id>/notes/", people.add_note, name="add_note"),
    path("<uuid:contact_id>/tags/", people.add_tag, name="add_tag"),
    path("<uuid:contact_id>/tags/<uuid:tag_id>/remove/", people.remove_tag, name="remove_tag"),
    path("<uuid:contact_id>/list/", people.choose_list, name="choose_list"),
    path("<uuid:contact_id>/stop/", people.record_stop, name="stop"),
]
