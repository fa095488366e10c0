"""Paths as users write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from paragen.places import as_typed, home_expanded


def test_a_home_is_put_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert home_expanded("~/x") == Path("/home/me/x")
    assert home_expanded("a/~/x") == Path("a/~/x")
    assert home_expanded("/x") == Path("/x")


def test_a_user_that_there_is_not_is_a_name_like_any_other() -> None:
    assert home_expanded("~nosuchuser/x") == Path("~nosuchuser/x")


def test_a_path_is_shown_as_one_types_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    shown = {
        "/home/me/data/demo.db": "~/data/demo.db",
        "/home/me/Application Support/demo.db": "~/'Application Support/demo.db'",
        "/home/you/my demo.db": "'/home/you/my demo.db'",
        "demo.db": "demo.db",
        "~me/demo.db": "'~me/demo.db'",
    }
    assert {path: as_typed(Path(path)) for path in shown} == shown
