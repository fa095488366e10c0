from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paragen.domain.ports import HostState, Model
from paragen.hosts.ollama_state import find_model, is_cloud_name, read_state

GIB = 1 << 30
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["models", "name", "model", "details", "size"]), inner)
    ),
    max_leaves=10,
)


def test_a_model_is_put_together_from_tags_and_ps() -> None:
    tags = {
        "models": [
            {
                "name": "qwen:7b",
                "model": "qwen:7b",
                "size": 5 * GIB,
                "digest": "abc",
                "details": {"parameter_size": "7.6B", "quantization_level": "Q4_K_M"},
            },
            {"name": "far:latest", "remote_host": "https://ollama.com", "size": 300},
        ]
    }
    ps = {"models": [{"name": "qwen:7b", "size": 6 * GIB, "size_vram": 4 * GIB}]}
    state = read_state({"version": "0.33.0"}, tags, ps)
    qwen = Model(
        name="qwen:7b",
        digest="abc",
        size_bytes=5 * GIB,
        parameters="7.6B",
        quantization="Q4_K_M",
        loaded_bytes=6 * GIB,
        vram_bytes=4 * GIB,
    )
    far = Model(name="far:latest", size_bytes=300, remote=True)
    assert state == HostState(version="0.33.0", models=(qwen, far))
    assert find_model(state, "far") == far
    assert find_model(state, "qwen") is None


@given(json_values, json_values, json_values)
def test_any_bodies_make_a_state(version: object, tags: object, ps: object) -> None:
    assert all(model.name for model in read_state(version, tags, ps).models)


@pytest.mark.parametrize(
    ("name", "cloud"),
    [
        ("gpt-oss:120b-cloud", True),
        ("kimi:cloud", True),
        ("hub.example:5000/me/kimi:cloud", True),
        ("hub.example:5000/me/cloud", False),
        ("my-cloud", False),
        ("cloud", False),
        ("qwen:7b", False),
    ],
)
def test_cloud_names(name: str, cloud: bool) -> None:
    assert is_cloud_name(name) is cloud
