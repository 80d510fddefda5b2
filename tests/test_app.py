"""The application opens a registry and prepares nothing."""

from registry.app import create_app
from registry.settings import Settings
from tests.api.served import MovableClock, served


def test_opening_an_application_makes_no_tables_and_no_keys(tmp_path):
    app = create_app(Settings.from_environ({"REGISTRY_VAR": str(tmp_path)}))
    assert not list(tmp_path.rglob("*.pem"))
    assert not list(tmp_path.rglob("*.sqlite"))
    app.extensions["consent-registry"].registry.close()


def test_the_time_is_that_of_the_clock_it_was_given(tmp_path):
    with served(tmp_path, MovableClock(1_800_000_000_000)) as world:
        assert world.ask("isrc:USRC17607839")["answered_at"].startswith("2027-01-15T08:00:00.")


def test_the_wsgi_entry_is_an_application_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("REGISTRY_VAR", str(tmp_path))
    import wsgi

    assert wsgi.app.test_client().get("/healthz").status_code == 200
    wsgi.app.extensions["consent-registry"].registry.close()
