"""The two kinds of shapes every model is made of, and the moment type they share."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field


def to_milliseconds(value: datetime) -> datetime:
    """Return the instant in UTC as the store keeps it, so that what is in hand is what is stored."""
    utc = value.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


Moment = Annotated[AwareDatetime, AfterValidator(to_milliseconds)]
"""An aware instant in UTC, cut to milliseconds: BSON keeps no more, so equality survives a save."""

Fen = Annotated[int, Field(ge=0, strict=True)]
"""An amount of money in fen (1/100 yuan), never negative, never a float."""

PositiveFen = Annotated[int, Field(gt=0, strict=True)]
"""An amount of money in fen that must be more than nothing."""


class Value(BaseModel):
    """Something known by what it contains: frozen, and closed to fields nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Entity(BaseModel):
    """Something with an identity that lives on while its fields change through named methods."""

    model_config = ConfigDict(extra="forbid", validate_assignment=False)
