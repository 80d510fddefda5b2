"""Makes `--hypothesis-profile=thorough` known where tests of this directory are asked for."""

import tests.model.profiles  # noqa: F401
