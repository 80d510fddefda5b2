"""The WSGI entry: `granian --interface wsgi wsgi:app`. Settings come from the environment."""

from registry.app import create_app
from registry.garbage import spare_what_stays

app = create_app()
spare_what_stays()
