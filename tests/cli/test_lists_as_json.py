"""The JSON of verbs that list something keeps to the schema that it names."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest

from paragen.report.schema import SCHEMAS, json_schema
from paragen.server.scripted_ollama import ScriptedOllama
from tests.bench.fill import fill
from tests.cli.running import NOWHERE, ROOT, Place
from tests.cli.scripts import GOOD, MIXED, config

NAMED = re.compile(r'"paragen\.([a-z-]+)/\d+"')
A_FILES = {"export"}
"""What isn't printed, but written to be read by `paragen db import`."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place with runs on record, and a baseline."""
    place = Place(tmp_path_factory.mktemp("lists"))
    fill(place.database, candidates=20)
    fill(place.folder / "other.db", candidates=30)
    assert place.run("baseline", "save", "before").code == 0
    return place


@pytest.mark.parametrize(
    ("name", "verb"),
    [
        ("history", ["history"]),
        ("baselines", ["baseline", "list"]),
        ("baseline", ["baseline", "show", "before"]),
        ("db-info", ["db", "info"]),
        ("db-info", ["db", "info", "--db", "none.db"]),
        ("merge", ["db", "merge", "other.db"]),
        ("doctor", ["doctor", "--host", NOWHERE]),
    ],
)
def test_what_is_printed(filled: Place, name: str, verb: list[str]) -> None:
    printed = filled.run(*verb, "--format", "json").object
    assert printed["schema"] == f"paragen.{name}/1"
    assert printed["rows"]
    jsonschema.validate(printed, json_schema(name))


def test_models(place: Place) -> None:
    with ScriptedOllama(MIXED) as server:
        place.write("generators.toml", config(server.url, models=[GOOD]))
        printed = place.run("models", "--format", "json").object
    assert {row["model"] for row in printed["rows"]} > {GOOD}
    jsonschema.validate(printed, json_schema("models"))


def test_every_schema_that_is_named_is_known() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(ROOT, "paragen").rglob("*.py")]
    named = {name for source in sources for name in NAMED.findall(source)}
    assert named - A_FILES == set(SCHEMAS)
