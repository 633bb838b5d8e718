"""What is sent to the API: JSON in UTF-8, of a bounded size, in text that can be stored."""

import json
import re

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

MOST_BYTES = 5 * 1024 * 1024
HALF_CHARACTERS = re.compile(rb"\\u[dD][89a-fA-F]")


class JsonParser(BaseParser):
    """Reads strict JSON; bodies over 5 MB, of other encodings or nested without end are errors."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(self, stream, media_type=None, parser_context=None):
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            stream.read(4 * MOST_BYTES)  # the sender listens only once it has sent
            raise ParseError("The body is larger than 5 MB.")
        try:
            data = json.loads(body.decode(), parse_constant=_refuse)
            if HALF_CHARACTERS.search(body):
                json.dumps(data, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as problem:
            raise ParseError(f"This is not JSON: {str(problem)[:200]}") from None
        return data


def _refuse(constant: str):
    raise ValueError(f"{constant} is not a number")
