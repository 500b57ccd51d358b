"""Everything that can go wrong, in one small tree.

    ModeraError               code, detail, permanent?
    ├── ConfigError           faults in config.toml or the environment, all at once
    ├── PictureError          an upload that is no usable picture
    ├── Refusal               sound pictures, but an honest result is impossible with them
    ├── BackendError          an inference backend failed
    ├── StorageError          a picture could not be kept or fetched
    ├── CreditsError          not enough credits
    ├── PaymentError          an order can't be made or paid
    ├── JobError              a job can't go on
    │   ├── JobCancelled      its owner cancelled it
    │   └── LeaseLost         another worker owns it by now: stop, write nothing
    └── PoolError             a picture process died or ran out of time

`permanent` says whether trying again with the same input can help. What the person is told
is the locale text ``error-<code>`` (underscores as hyphens); a test asserts that each code
has one in every language. `detail` is for the log alone and never shown.
"""

from collections.abc import Sequence
from enum import StrEnum


class Code(StrEnum):
    """What went wrong, as a person could tell it apart."""

    # an upload
    EMPTY_FILE = "empty_file"
    NOT_A_PICTURE = "not_a_picture"
    UNSUPPORTED_FORMAT = "unsupported_format"
    FILE_TOO_LARGE = "file_too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    PICTURE_TOO_SMALL = "picture_too_small"
    BROKEN_PICTURE = "broken_picture"
    # a photo of a person
    NO_PERSON = "no_person"
    SEVERAL_PEOPLE = "several_people"
    PERSON_TOO_SMALL = "person_too_small"
    PERSON_UNCLEAR = "person_unclear"
    TURNED_AWAY = "turned_away"
    LEANING = "leaning"
    SEATED = "seated"
    ARMS_IN_FRONT = "arms_in_front"
    BODY_CROPPED = "body_cropped"
    LEGS_CROPPED = "legs_cropped"
    OUTLINE_UNCLEAR = "outline_unclear"
    # colours in a photo of a person
    FACE_UNCLEAR = "face_unclear"
    COLOUR_CAST = "colour_cast"
    BACKLIT = "backlit"
    # a photo of a garment
    NO_GARMENT = "no_garment"
    BUSY_BACKGROUND = "busy_background"
    GARMENT_CROPPED = "garment_cropped"
    GARMENT_NOT_FRONTAL = "garment_not_frontal"
    GARMENT_ON_PERSON = "garment_on_person"
    CATEGORY_UNSUPPORTED = "category_unsupported"
    SEVERAL_GARMENTS_UNSUPPORTED = "several_garments_unsupported"
    # the machinery
    MODELS_MISSING = "models_missing"
    BACKEND_UNAVAILABLE = "backend_unavailable"
    BACKEND_TIMEOUT = "backend_timeout"
    BACKEND_REFUSED = "backend_refused"
    BACKEND_FAILED = "backend_failed"
    BUDGET_SPENT = "budget_spent"
    OUT_OF_MEMORY = "out_of_memory"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    PICTURE_GONE = "picture_gone"
    CONSENT_MISSING = "consent_missing"
    PICTURE_REFUSED = "picture_refused"
    NOT_ENOUGH_CREDITS = "not_enough_credits"
    PAYMENT_UNAVAILABLE = "payment_unavailable"
    TOO_MANY_JOBS = "too_many_jobs"
    JOB_LOST = "job_lost"
    JOB_CANCELLED = "job_cancelled"
    CONFIG = "config"
    UNEXPECTED = "unexpected"


class ModeraError(Exception):
    """Base of all our errors. Positional arguments only, so that it survives pickling."""

    permanent: bool = True

    def __init__(self, code: Code, detail: str = "", permanent: bool | None = None) -> None:
        super().__init__(code, detail, permanent)
        self.code = code
        self.detail = detail
        if permanent is not None:
            self.permanent = permanent

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else str(self.code)

    @property
    def retry(self) -> bool:
        """Whether the same may work when a person asks for it once more, what we don't do by
        ourselves included."""
        return not self.permanent

    @property
    def text_key(self) -> str:
        """Key of the locale text that tells a person what happened and what to do."""
        return "error-" + self.code.replace("_", "-")


class ConfigError(ModeraError):
    """Faults of the configuration: each line names the key, what is wrong, what to write."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        Exception.__init__(self, faults)
        self.code, self.detail, self.faults = Code.CONFIG, "\n".join(faults), faults


class PictureError(ModeraError):
    """The bytes are no picture that we accept."""


class Refusal(ModeraError):
    """The photos are sound, yet nothing honest can be made of them."""


class BackendError(ModeraError):
    """An inference backend failed; `permanent` False means that a retry may help."""


class StorageError(ModeraError):
    """The object store failed or the object is gone."""

    permanent = False


class CreditsError(ModeraError):
    """The person can't pay for this."""


class PaymentError(ModeraError):
    """There is no such package, or it can't be paid this way."""


class JobError(ModeraError):
    """A job can't go on."""


class JobCancelled(JobError):
    """Raised inside a running job once its owner has cancelled it."""

    def __init__(self, code: Code = Code.JOB_CANCELLED, *rest: object) -> None:
        super().__init__(code)


class LeaseLost(JobError):
    """Raised inside a running job whose lease another worker has taken over."""

    permanent = False

    def __init__(self, code: Code = Code.JOB_LOST, *rest: object) -> None:
        super().__init__(code)


class PoolError(ModeraError):
    """A picture process died or overran its time; the next call gets a fresh one."""

    permanent = False


def hopeful(errors: Sequence[Exception]) -> Exception:
    """Of the errors of all who were asked in vain, the one to raise: what we may try again by
    ourselves comes before what a person may, and without either it is the last one's."""
    known = [error for error in errors if isinstance(error, ModeraError) and error.retry]
    return min(known, key=lambda error: error.permanent, default=errors[-1])
