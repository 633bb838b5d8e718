"""The one base of all views of the API."""

from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from runs.rest.parameters import NoParameters, read_parameters

ANY_KEY = ("storefront", "crm")
CRM_ONLY = ("crm",)
READ_AS = {"HEAD": "GET"}


class ApiView(APIView):
    """A view that says, by method, which keys may call it and which parameters it takes.

    What is not said: secret keys only, no parameters. The parameters' values are in `asked`.
    `problems` lists statuses that the schema cannot guess, such as 409.
    """

    key_kinds: dict[str, tuple[str, ...]] = {}
    parameters: dict[str, type[serializers.Serializer]] = {}
    problems: dict[str, tuple[int, ...]] = {}

    def kinds_allowed(self, method: str) -> tuple[str, ...]:
        """Return the kinds of key that may call this by this method."""
        return self.key_kinds.get(READ_AS.get(method, method), CRM_ONLY)

    def initial(self, request: Request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in self.allowed_methods:
            method = READ_AS.get(request.method, request.method)
            form = self.parameters.get(method, NoParameters)
            self.asked = read_parameters(request.query_params, form)

    def options(self, request: Request, *args, **kwargs) -> Response:
        """Say in `Allow` what can be done here."""
        return Response(status=204)

    def finalize_response(self, request, response, *args, **kwargs) -> Response:
        """Let nobody keep an answer that does not say it may be kept; problems are JSON."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.exception:
            response.accepted_renderer = JSONRenderer()
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
