"""What can go wrong in answering, beside what can go wrong in the index.

index.BylineError
└── QuestionError    a question cannot be asked as it is
"""

from __future__ import annotations

from index import BylineError


class QuestionError(BylineError):
    """A question is empty or too long."""
