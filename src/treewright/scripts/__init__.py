"""Scripts that need more than Copier's interpreter has, and what lets uv run them."""
