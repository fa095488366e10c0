from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from paragen.domain.generator import Answer, CallLimits, Generator, Message, Request, instance
from paragen.store.answers import AnswerCache, cache_key
from paragen.store.connection import connect
from paragen.store.errors import StoreForeignError
from tests.store import build
from tests.store.test_store_plans import joined

GENERATOR = Generator(
    name="a", model="coder:7b", temperature=0.3, stop=("###",), system="Be brief."
)
MESSAGES = (Message(role="system", content="Be brief."), Message(role="user", content="Write f."))
REQUEST = Request(
    instance=instance(GENERATOR, 1, 7), messages=MESSAGES, limits=CallLimits(retries=0)
)


def with_generator(**changes: Any) -> Request:
    generator = replace(GENERATOR, **changes)
    return replace(REQUEST, instance=replace(REQUEST.instance, generator=generator))


def with_instance(**changes: Any) -> Request:
    return replace(REQUEST, instance=replace(REQUEST.instance, **changes))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "h.db"


@pytest.mark.parametrize(
    ("digest", "other"),
    [
        ("sha256:b", REQUEST),
        ("sha256:a", with_instance(seed=8)),
        ("sha256:a", with_instance(copy=2)),
        ("sha256:a", with_generator(temperature=0.4)),
        ("sha256:a", with_generator(num_ctx=4096)),
        ("sha256:a", with_generator(top_p=0.9)),
        ("sha256:a", with_generator(top_k=3)),
        ("sha256:a", with_generator(min_p=0.1)),
        ("sha256:a", with_generator(repeat_penalty=1.1)),
        ("sha256:a", with_generator(num_predict=100)),
        ("sha256:a", with_generator(stop=())),
        ("sha256:a", with_generator(think=True)),
        ("sha256:a", replace(REQUEST, messages=MESSAGES[1:])),
        ("sha256:a", replace(REQUEST, messages=MESSAGES[::-1])),
    ],
)
def test_whatever_determines_an_answer_makes_another_key(digest: str, other: Request) -> None:
    assert cache_key(digest, other) != cache_key("sha256:a", REQUEST)


@pytest.mark.parametrize(
    "same",
    [
        replace(REQUEST, limits=CallLimits(retries=9)),
        with_generator(name="b"),
        with_generator(model="coder"),
        with_generator(seed=99),  # which the instance's seed has in it
        with_generator(tags=("new",), host="gpu1"),
    ],
)
def test_what_determines_none_makes_the_same_key(same: Request) -> None:
    assert cache_key("sha256:a", same) == cache_key("sha256:a", REQUEST)


@pytest.mark.parametrize("digest", [None, ""])
def test_an_unknown_model_has_no_key(digest: str | None) -> None:
    assert cache_key(digest, REQUEST) is None


def test_what_was_kept_is_found_marked_by_the_next_session_too(path: Path) -> None:
    answer = Answer(text="x = 1", thinking="hm", decode_s=2.0, completion_tokens=9)
    cache = AnswerCache(path)
    assert cache.find("k") is None
    cache.keep("k", answer)
    assert cache.find("k") == replace(answer, cached=True)
    assert cache.find("another") is None
    cache.close()
    assert cache.find("k") is None
    again = AnswerCache(path)
    assert again.find("k") == replace(answer, cached=True)
    again.close()


def test_the_first_answer_stays_and_cached_ones_are_not_kept(path: Path) -> None:
    cache = AnswerCache(path)
    cache.keep("k", Answer(text="old", cached=True))
    assert cache.find("k") is None
    cache.keep("k", Answer(text="first"))
    cache.keep("k", Answer(text="second"))
    found = cache.find("k")
    cache.close()
    assert found is not None
    assert found.text == "first"


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(answer=build.answers())
def test_any_answer_comes_back(tmp_path_factory: pytest.TempPathFactory, answer: Answer) -> None:
    cache = AnswerCache(tmp_path_factory.mktemp("cache") / "h.db")
    cache.keep("k", replace(answer, cached=False))
    found = cache.find("k")
    cache.close()
    assert found is not None
    kept = replace(answer, text=joined(answer.text), thinking=joined(answer.thinking))
    assert found == replace(kept, cached=True, energy_j=None)


def test_many_threads_at_once(path: Path) -> None:
    cache = AnswerCache(path, on_failure=pytest.fail)
    other = AnswerCache(path, on_failure=pytest.fail)

    def work(number: int) -> bool:
        key = f"k{number % 10}"
        (cache, other)[number % 2].keep(key, Answer(text=key))
        found = (other, cache)[number % 2].find(key)
        return found is not None and found.text == key

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(200)))
    cache.close()
    other.close()


def test_an_answer_of_another_version_is_not_there(path: Path) -> None:
    connection = connect(path, write=True)
    connection.execute("INSERT INTO answers VALUES ('k', '', '{\"text\": \"x\", \"mood\": 1}')")
    connection.close()
    cache = AnswerCache(path, on_failure=pytest.fail)
    assert cache.find("k") is None
    cache.close()


def test_a_cache_that_fails_says_so_once_and_knows_nothing(path: Path) -> None:
    connection = connect(path, write=True)
    connection.execute("PRAGMA application_id = 7")
    connection.close()
    messages: list[str] = []
    cache = AnswerCache(path, on_failure=messages.append)
    cache.keep("k", Answer(text="x"))
    assert cache.find("k") is None
    cache.close()
    assert isinstance(cache.failure, StoreForeignError)
    assert len(messages) == 1
    assert messages[0].endswith("No more answers are taken from the cache, or kept.")


def test_a_cache_that_fails_in_between_says_so_once(path: Path) -> None:
    messages: list[str] = []
    cache = AnswerCache(path, on_failure=messages.append)
    saboteur = connect(path, write=True)
    saboteur.execute("DROP TABLE answers")
    saboteur.close()
    assert cache.find("k") is None
    cache.keep("k", Answer(text="x"))
    cache.close()
    assert len(messages) == 1
