"""What can go wrong in answering, beside what can go wrong in the index.

index.BylineError
├── QuestionError             a question cannot be asked as it is
├── CasesUnreadable           a file of questions to evaluate with cannot be read, or a row of it
├── PredictionsRefused        a file of predictions holds something else, or was made otherwise
├── WriterUnavailable         the writer that is set needs a package or a file that is not there
├── AnsweringBroken           a process that answers ended before it was done
├── ModelError                a language model cannot be reached, refuses, fails or takes too long
├── ConversationMissing       no conversation, or more than one, has this id
└── ConversationsUnreadable   the file of conversations is damaged, or cannot be read or written
"""

from __future__ import annotations

from index import BylineError


class QuestionError(BylineError):
    """A question is empty or too long."""


class CasesUnreadable(BylineError):
    """A file of questions cannot be read; the message names the line."""


class PredictionsRefused(BylineError):
    """A file cannot be gone on with: it is none of predictions, or they were made by other means."""


class WriterUnavailable(BylineError):
    """The writer that is set needs a package or a file that is not there; the message says which."""


class ModelError(BylineError):
    """A language model cannot be reached, refuses, fails or takes too long. The message never holds its key."""


class AnsweringBroken(BylineError):
    """A process that answers ended before it was done; asking again is what helps."""


class ConversationMissing(BylineError):
    """No conversation, or more than one, has this id; or it has no such answer."""


class ConversationsUnreadable(BylineError):
    """The file of conversations is damaged, of a later Byline, or cannot be read or written."""
