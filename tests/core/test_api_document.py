"""The API's document names, at each operation, the problems that it may answer with."""

import pytest
from drf_spectacular.generators import SchemaGenerator

from core.web.api.schema import add_problems

PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}


@pytest.fixture(scope="module")
def document():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_every_operation_names_the_problems(document):
    lacking = [
        f"{method} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if not {"400", "401", "403", "404", "409", "429", "503"} <= operation["responses"].keys()
    ]

    assert document["paths"]
    assert lacking == []


def test_a_problem_is_described_as_it_is_written(document):
    answers = document["paths"]["/api/v1/me/"]["get"]["responses"]
    described = document["components"]["schemas"]["Problem"]

    assert answers["404"]["content"] == {"application/problem+json": PROBLEM}
    assert set(described["required"]) == {"type", "title", "status", "detail", "code"}
    assert described["properties"]["errors"]["items"]["$ref"] == "#/components/schemas/FieldProblem"
    assert list(document["components"]["schemas"]) == sorted(document["components"]["schemas"])


def test_what_a_view_says_itself_is_kept():
    own = {"description": "Gone for good."}
    document = {"components": {"schemas": {}}, "paths": {"/x/": {"get": {"responses": {"404": own}}}}}

    responses = add_problems(document, generator=None, request=None, public=True)["paths"]["/x/"]["get"]["responses"]

    assert responses["404"] is own
    assert responses["503"]["content"] == {"application/problem+json": PROBLEM}
