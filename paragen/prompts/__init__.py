"""What models are told: from a task and an attempt to the messages of a chat."""

from paragen.prompts.generate import messages

__all__ = ["messages"]
