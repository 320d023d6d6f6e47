from django.urls import URLPattern, path

from sandogh.server.messaging import views

urlpatterns: list[URLPattern] = [
    path("inbound/<str:secret>/", views.inbound, name="sms-inbound"),
    path("delivery/<str:secret>/", views.delivery, name="sms-delivery"),
]
