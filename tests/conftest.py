"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# How long one example takes says more of the machine, which other tests share, than of the code.
settings.register_profile("paragen", deadline=None)
settings.load_profile("paragen")
