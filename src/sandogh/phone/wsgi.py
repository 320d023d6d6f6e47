"""The network's entry for granian: pages, interface, and the thread that pushes."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandogh.phone.settings")
application = get_wsgi_application()

from sandogh.phone import pushing  # noqa: E402  # models exist only once Django is set up

pushing.start()
