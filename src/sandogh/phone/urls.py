from django.urls import URLPattern, path, re_path

from sandogh.phone import api, views

_PHONE = r"^phone/(?P<number>09[0-9]{9})/"

urlpatterns: list[URLPattern] = [
    path("", views.phones, name="phones"),
    re_path(_PHONE + "$", views.phone, name="phone"),
    re_path(_PHONE + "talk/$", views.talk, name="talk"),
    re_path(_PHONE + "write/$", views.write, name="write"),
    re_path(_PHONE + "fault/$", views.fault, name="fault"),
    path("api/send", api.send, name="api-send"),
    path("api/inbox", api.inbox, name="api-inbox"),
    path("api/status", api.status, name="api-status"),
    path("api/messages", api.messages, name="api-messages"),
    path("api/text", api.text, name="api-text"),
    path("api/faults", api.faults, name="api-faults"),
]
