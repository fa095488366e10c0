"""The shapes of the JSON that paragen prints: what stands here is the schema.

Every key is always there; those that the schema doesn't require are so since a later version.
Null is "not measured" or "there is none". Times are in seconds.
This module loads pydantic: others import it for types only, `paragen schema` for real.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from paragen.report.schema.compare import CompareObject
from paragen.report.schema.evolve import EvolveObject
from paragen.report.schema.feedback import FeedbackObject, WeightsListObject, WeightsLogObject
from paragen.report.schema.judge import JudgeObject, JudgeSuiteObject
from paragen.report.schema.lists import (
    BaselineRecordsObject,
    BaselinesObject,
    DbInfoObject,
    DoctorObject,
    HistoryObject,
    MergeObject,
    ModelsObject,
)
from paragen.report.schema.plan import PlanObject
from paragen.report.schema.recommend import RecommendObject
from paragen.report.schema.run import RunObject
from paragen.report.schema.stats import StatsObject

SCHEMAS: Mapping[str, Any] = {
    "run": RunObject,
    "stats": StatsObject,
    "recommend": RecommendObject,
    "plan": PlanObject,
    "judge": JudgeObject,
    "judge-suite": JudgeSuiteObject,
    "compare": CompareObject,
    "evolve": EvolveObject,
    "feedback": FeedbackObject,
    "weights": WeightsListObject,
    "weights-log": WeightsLogObject,
    "history": HistoryObject,
    "baselines": BaselinesObject,
    "baseline": BaselineRecordsObject,
    "models": ModelsObject,
    "doctor": DoctorObject,
    "db-info": DbInfoObject,
    "merge": MergeObject,
}


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an output; raises KeyError for an unknown name."""
    schema = TypeAdapter(SCHEMAS[name]).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
