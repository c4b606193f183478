"""Teaches Schemathesis the media type of imports, which it does not know."""

import json

import schemathesis

NDJSON = ("application/x-ndjson", "application/jsonl")


@schemathesis.serializer(*NDJSON)
def serialize_ndjson(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@schemathesis.deserializer(*NDJSON)
def deserialize_ndjson(ctx, response):
    """The schema describes one line: the last one, after every other has been parsed."""
    return [json.loads(line) for line in response.content.decode().splitlines()][-1]
