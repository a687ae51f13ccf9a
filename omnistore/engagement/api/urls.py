from django.urls import path

from omnistore.engagement.api.mailbox import mailbox

urlpatterns = [path("mailbox/", mailbox, name="mailbox")]
