"""`/account/rightsholders/<id>/declare`: where one said no for a whole catalogue before `/say` did that, and more."""

from werkzeug.wrappers import Response as AnyResponse

from registry.services.act_for import may
from registry.web.signed_in import see, signed_in
from registry.web.wired import the_registry


def get_declare(id: str) -> AnyResponse:
    """Leads on to where it is said now. Raises: NotFound for somebody who does not act for it."""
    with the_registry().reading() as uow:
        may(uow, signed_in().account, id)
    return see(f"/say/catalogue/{id}")
