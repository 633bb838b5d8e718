"""The API's description, completed with what all views share: parameters and problems."""

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from runs.rest.rows import FieldErrorSerializer
from segrec_site.problems import MEDIA_TYPE

PROBLEMS = {
    400: "A parameter or the body is unknown or wrong.",
    401: "There is no key, or it is unknown, revoked or expired.",
    403: "This key may not do this, or not from this origin.",
    404: "There is no such thing.",
    406: "Answers are `application/json`.",
    409: "This cannot be done in the present state.",
    415: "Bodies are `application/json`.",
    429: "Too many calls; `Retry-After` says when to try again.",
    503: "The database does not answer just now.",
}


class ProblemSerializer(serializers.Serializer):
    """An error, as RFC 9457 has it."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldErrorSerializer(many=True)


class StrictSchema(AutoSchema):
    """Reads the parameters from the view, and adds the problems its requests may end in."""

    def get_override_parameters(self) -> list:
        form = self.view.parameters.get(self.method)
        return [form] if form else []

    def get_summary(self) -> str:
        """Return the first line of what the view says of itself."""
        return super().get_description().partition("\n")[0].rstrip(".")

    def _get_pagination_parameters(self) -> list:
        return []  # they are among the view's own

    def _get_response_bodies(self, direction="response") -> dict:
        bodies = super()._get_response_bodies(direction)
        for status in self._problems():
            bodies[str(status)] = self._problem(status, direction)
        return bodies

    def _problems(self) -> list[int]:
        statuses = [400, 401, 403, 406, 503]
        if "{" in self.path:
            statuses.append(404)
        if self.method == "POST":
            statuses.append(415)
        if "storefront" in self.view.kinds_allowed(self.method):
            statuses.append(429)
        return sorted(statuses + list(self.view.problems.get(self.method, ())))

    def _problem(self, status: int, direction: str) -> dict:
        content = {"schema": self.resolve_serializer(ProblemSerializer, direction).ref}
        return {"description": PROBLEMS[status], "content": {MEDIA_TYPE: content}}
