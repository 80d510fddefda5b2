"""Two applications in one process each have a registry of their own."""

from registry.api.wired import the_desk, the_registry
from registry.app import create_app
from registry.settings import Settings


def test_each_application_has_its_own(tmp_path):
    apps = [
        create_app(Settings.from_environ({"REGISTRY_VAR": str(tmp_path / name)})) for name in "ab"
    ]
    found = []
    for app in apps:
        with app.app_context():
            found.append((the_registry(), the_desk()))
    assert found[0][0].settings.var != found[1][0].settings.var
    assert found[0][1] is not found[1][1]
    for registry, _ in found:
        registry.close()
