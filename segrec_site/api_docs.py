"""The API's description as OpenAPI, and as pages to read and try."""

from functools import cache

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.utils.decorators import method_decorator
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import serializers

from runs.rest import ApiView


@cache
def _description() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


class KeptDescription(SchemaGenerator):
    """Describes the API once a process, as that takes a while."""

    def get_schema(self, request=None, public=False) -> dict:
        return _description()


class SchemaParameters(serializers.Serializer):
    """In which form."""

    format = serializers.ChoiceField(choices=["yaml", "json"], required=False)


class DocsParameters(serializers.Serializer):
    """What the pages ask of themselves."""

    script = serializers.CharField(allow_blank=True, required=False)


class SchemaView(ApiView, SpectacularAPIView):
    """OpenAPI 3.1, as YAML or with `?format=json`."""

    authentication_classes = permission_classes = throttle_classes = ()
    generator_class = KeptDescription
    parameters = {"GET": SchemaParameters}

    def get_renderers(self) -> list:
        wanted = self.request.GET.get("format")
        found = [maker for maker in self.renderer_classes if wanted in (None, maker.format)]
        return [maker() for maker in found or self.renderer_classes]


@method_decorator(csp_replace({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class DocsView(ApiView, SpectacularSwaggerSplitView):
    """Pages that describe every call and can make it."""

    authentication_classes = permission_classes = throttle_classes = ()
    parameters = {"GET": DocsParameters}
