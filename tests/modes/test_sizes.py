"""Sizes in the names of models."""

from __future__ import annotations

import pytest

from paragen.modes.sizes import model_size


@pytest.mark.parametrize(
    ("model", "size"),
    [
        ("qwen2.5-coder:14b", 14),
        ("qwen2.5-coder:1.5b-instruct-q4_K_M", 1.5),
        ("qwen2.5:0.5b", 0.5),
        ("deepseek-coder:6.7b", 6.7),
        ("llama3.2:1B", 1),
        ("llama3.2:1b-instruct-q4_K_M", 1),
        ("smollm:135m", 0.135),
        ("mixtral:8x7b", 56),
        ("qwen3:30b-a3b", 30),
        ("gemma3n:e4b", 4),
        ("hf.co/someone/Coder-7B-GGUF:Q4_K_M", 7),
        ("codellama", None),
        ("phi3", None),
        ("phi4:latest", None),
        ("q4b2m", None),
        ("", None),
    ],
)
def test_a_models_size_by_its_name(model: str, size: float | None) -> None:
    assert model_size(model) == (None if size is None else pytest.approx(size))
