"""The routes of the pages for auditors. The table of permissions says who may call each; their grants what they see."""

from flask import Blueprint, Flask

from registry.web.audit import pages


def install_audit(app: Flask) -> None:
    """Adds these pages to this application."""
    audit = Blueprint("audit", __name__, url_prefix="/audit")
    audit.add_url_rule("", "get_audit", pages.get_audit)
    audit.add_url_rule("/figures.csv", "get_figures_csv", pages.get_figures_csv)
    audit.add_url_rule("/acts", "get_acts", pages.get_acts)
    audit.add_url_rule("/acts.csv", "get_acts_csv", pages.get_acts_csv)
    audit.add_url_rule("/acts.jsonl", "get_acts_lines", pages.get_acts_lines)
    audit.add_url_rule("/exports/<id>", "get_export", pages.get_export)
    audit.add_url_rule("/exports", "post_export", pages.post_export, methods=["POST"])
    audit.add_url_rule("/token", "post_token", pages.post_token, methods=["POST"])
    app.register_blueprint(audit)
