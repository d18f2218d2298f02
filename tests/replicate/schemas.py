"""Prints JSON schemas of requests and answers, from the types that Replicate generates from its OpenAPI document."""

import importlib
import json

from pydantic import TypeAdapter
from replicate.types.prediction import Prediction


def closed(schema):
    """Without fields that are not described."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    rest = {key: closed(value) for key, value in schema.items() if key != "additionalProperties"}
    # An input and metrics have the fields of their model.
    is_described = "properties" in schema and schema.get("title") not in ("Metrics",)
    return {**rest, "additionalProperties": False} if is_described else schema


def body(module, parameters):
    parameters = getattr(importlib.import_module(f"replicate.types.{module}"), parameters)
    schema = closed(TypeAdapter(parameters).json_schema())
    # These are headers, or in the path.
    for name in ("cancel_after", "prefer", "deployment_owner", "deployment_name"):
        schema["properties"].pop(name, None)
    schema["required"] = [name for name in schema["required"] if name in schema["properties"]]
    schema["properties"]["input"] = {"type": "object"}
    return schema


print(json.dumps({
    "create": body("prediction_create_params", "PredictionCreateParamsWithoutVersion"),
    "createOfDeployment": body("deployments.prediction_create_params", "PredictionCreateParams"),
    "prediction": closed(Prediction.model_json_schema()),
}))
