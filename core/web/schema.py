"""OpenAPI descriptions of the views: every operation names the problems that it may return."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers


class FieldProblem(serializers.Serializer[Any]):
    """One field that is wrong."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """An error (RFC 9457); a refusal carries typed details beside these members."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = FieldProblem(many=True, required=False)  # type: ignore[assignment]


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


class ProblemAutoSchema(AutoSchema):
    """Adds the problem responses to each operation, and the parameters that a base class of views declares."""

    def get_override_parameters(self) -> Any:
        return list(getattr(self.view, "schema_parameters", []))

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction=direction)
        for status, description in _PROBLEMS.items():
            if status not in bodies:
                response = OpenApiResponse(Problem, description=description)
                bodies[status] = self._get_response_for_code(response, status, ["application/problem+json"], direction)
        return bodies
