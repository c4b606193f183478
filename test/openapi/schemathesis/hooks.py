"""Adapts Schemathesis to the product."""

import json
import uuid

import schemathesis

NDJSON = ("application/x-ndjson", "application/jsonl")

EXAMPLE_KEY = "4f9c1d7e-2b6a-4c38-9e05-7d1a8c3b6f20"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Replaces the example's idempotency key, with which most leads would be conflicts."""
    headers = case.headers or {}
    if headers.get("Idempotency-Key") == EXAMPLE_KEY:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())


@schemathesis.serializer(*NDJSON)
def serialize_ndjson(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@schemathesis.deserializer(*NDJSON)
def deserialize_ndjson(ctx, response):
    """Parses every line and returns the last one: the schema describes a single line."""
    return [json.loads(line) for line in response.content.decode().splitlines()][-1]
