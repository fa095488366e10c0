"""Local code-generation tournaments."""
