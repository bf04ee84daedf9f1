"""What can go wrong for reasons outside the package."""


class AnalysisError(Exception):
    """The data or a model cannot be used; the message says which and why, in one sentence."""
