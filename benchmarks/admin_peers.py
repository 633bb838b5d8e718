"""Plain Django admin lists of the same tables, at /plain/ beside the site's own URLs."""

from django.contrib import admin
from django.urls import path

from customers.models import Customer, Move, Order
from segrec_site.urls import urlpatterns as urls_of_segrec

plain = admin.AdminSite("plain")
for model in (Customer, Order, Move):
    plain.register(model, admin.ModelAdmin)
urlpatterns = [path("plain/", plain.urls), *urls_of_segrec]
