"""The version, in a place that every floor may ask; pyproject.toml has it too, and a test both."""

__version__ = "0.1.0"
