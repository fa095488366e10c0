"""What a verdict is worth: scores, what is acceptable, and who wins. All pure."""
