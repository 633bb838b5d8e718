"""The site with plain Django admin lists beside it, as gunicorn serves it."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segrec_site.settings")
settings.ROOT_URLCONF = "benchmarks.admin_peers"
application = get_wsgi_application()
