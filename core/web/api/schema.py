"""OpenAPI descriptions of the views: every operation names the problems that it may return."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

KEY_PARAMETER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="1 to 255 printable ASCII characters; the same key again gives the first answer, byte for byte.",
)


class MoneySchema(serializers.Serializer[Any]):
    """An amount with its currency, as a decimal string with the currency's number of places."""

    amount = serializers.CharField()
    currency = serializers.CharField()


_PROBLEMS = {
    "400": "Malformed: a field is wrong or unknown.",
    "401": "Sign in first.",
    "403": "Not allowed.",
    "404": "Absent, or not yours.",
    "406": "Not in a form we can give.",
    "409": "Refused by a rule of the business, or changed by somebody else meanwhile.",
    "413": "The request is too large.",
    "415": "The body is not JSON.",
    "422": "The Idempotency-Key was used for another request.",
    "429": "Too many requests; see Retry-After.",
    "503": "Not available right now; see Retry-After.",
}

_TEXT = {"type": "string"}
_COMPONENTS = {
    "FieldProblem": {
        "type": "object",
        "description": "One field that is wrong.",
        "properties": {"field": _TEXT, "code": _TEXT, "detail": _TEXT},
        "required": ["code", "detail", "field"],
    },
    "Problem": {
        "type": "object",
        "description": "An error (RFC 9457); a refusal carries typed details beside these members.",
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "code": _TEXT,
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldProblem"}},
        },
        "required": ["code", "detail", "status", "title", "type"],
    },
}
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


class ParametersAutoSchema(AutoSchema):
    """Adds the parameters that a base class of views declares."""

    def get_override_parameters(self) -> Any:
        return list(getattr(self.view, "schema_parameters", []))


def add_problems(result: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Add the problem responses to each operation of the document; drf-spectacular calls this when it is complete."""
    schemas = result["components"]["schemas"]
    result["components"]["schemas"] = dict(sorted((schemas | _COMPONENTS).items()))
    for operations in result["paths"].values():
        for operation in operations.values():
            known = operation["responses"]
            for status, description in _PROBLEMS.items():
                known.setdefault(status, {"content": _PROBLEM, "description": description})
    return result
