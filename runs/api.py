"""Runs over HTTP: seen, begun, published, discarded, taken back."""

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.generics import ListAPIView, RetrieveAPIView, get_object_or_404
from rest_framework.response import Response

from runs import kinds, services
from runs.messages import hand_over
from runs.models import Run
from runs.rest import ApiView, PageParameters, Pages, path_to, read_object


class NotNow(APIException):
    """The request does not fit the present state of runs."""

    status_code = 409


class RunSerializer(serializers.ModelSerializer):
    """A refresh of one kind of result."""

    class Meta:
        model = Run
        fields = [
            "id",
            "kind",
            "status",
            "as_of",
            "step",
            "progress",
            "metrics",
            "reasons",
            "error",
            "requested_by",
            "previous",
            "created_at",
            "started_at",
            "finished_at",
            "published_at",
            "seconds",
        ]
        read_only_fields = fields


@extend_schema_serializer(
    examples=[OpenApiExample("Similar products", {"kind": "similar"}, request_only=True)]
)
class KindForm(serializers.Serializer):
    """Of which kind."""

    kind = serializers.ChoiceField(choices=kinds.names())


class RollbackForm(KindForm):
    """Of which kind, and which run the caller saw published."""

    instead_of = serializers.IntegerField(min_value=1, required=False)


class RunParameters(PageParameters):
    """Which runs."""

    kind = serializers.ChoiceField(choices=kinds.names(), required=False)


class RunList(ApiView, ListAPIView):
    """All runs, the newest first."""

    parameters = {"GET": RunParameters}
    problems = {"POST": (409,)}
    serializer_class = RunSerializer
    pagination_class = Pages
    paged_by = "-id"

    def get_queryset(self):
        kind = self.asked.get("kind")
        return Run.objects.filter(kind=kind) if kind else Run.objects.all()

    @extend_schema(request=KindForm, responses={202: RunSerializer})
    def post(self, request) -> Response:
        """Begin a run of this kind; a worker does it."""
        kind = read_object(request, KindForm)["kind"]
        try:
            run = services.request_run(kind, requested_by=f"API key {request.auth.name}")
        except services.AlreadyRunning as problem:
            raise NotNow(str(problem)) from None
        hand_over(run.pk)
        location = request.build_absolute_uri(path_to("run", id=run.pk))
        return Response(RunSerializer(run).data, 202, headers={"Location": location})


class RunDetail(ApiView, RetrieveAPIView):
    """One run."""

    queryset = Run.objects.all()
    lookup_field = "id"
    serializer_class = RunSerializer


class Decision(ApiView):
    """What staff decide about a run."""

    problems = {"POST": (409,)}

    @extend_schema(request=None, responses=RunSerializer)
    def post(self, request, id: int) -> Response:
        run = get_object_or_404(Run, pk=id)
        return Response(RunSerializer(_decided(self.decide, run)).data)


class RunPublish(Decision):
    """Let readers see a run that is held."""

    decide = staticmethod(services.publish_run)


class RunDiscard(Decision):
    """Give up a run that is held."""

    decide = staticmethod(services.discard_run)


class RunRollback(ApiView):
    """Let readers see again what was published before."""

    problems = {"POST": (409,)}

    @extend_schema(request=RollbackForm, responses=RunSerializer)
    def post(self, request) -> Response:
        asked = read_object(request, RollbackForm)
        return Response(RunSerializer(_decided(services.roll_back, **asked)).data)


def _decided(decide, *about, **asked) -> Run:
    try:
        return decide(*about, **asked)
    except services.RunError as problem:
        raise NotNow(str(problem)) from None
