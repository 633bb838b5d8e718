"""The web server's way in; the only process that pools its database connections."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segrec_site.settings")
os.environ.setdefault("SEGREC_PROCESS", "web")

application = get_wsgi_application()
