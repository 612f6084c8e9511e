"""Event streams as Python customers read them (the AWS CLI 1 has no streaming operations). Prints one JSON document."""

import json

import botocore.session

runtime = botocore.session.get_session().create_client("bedrock-runtime")
MODEL = "varve.echo-v1"


def user(text):
    return [{"role": "user", "content": [{"text": text}]}]


converse = runtime.converse_stream(modelId=MODEL, messages=user("one two three"))
events = list(converse["stream"])

invoke = runtime.invoke_model_with_response_stream(modelId=MODEL, body=json.dumps({"prompt": "alpha beta"}))
chunks = [json.loads(event["chunk"]["bytes"]) for event in invoke["body"]]

failing = runtime.converse_stream(
    modelId=MODEL,
    messages=user("one two three four"),
    additionalModelRequestFields={"varve": {"error": {"code": "ThrottlingException", "afterChunks": 2}}},
)
delivered, failure = [], None
try:
    for event in failing["stream"]:
        delivered.append(event)
except Exception as error:  # botocore.exceptions.EventStreamError
    failure = {"type": type(error).__name__, "text": str(error)}

print(json.dumps({"events": events, "chunks": chunks, "delivered": len(delivered), "failure": failure}))
