"""The shapes every request shares: a closed body, and a page of a list."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """A request body: an unknown field is an error, so that nobody can slip in a price or an identity."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Paging(Strict):
    """A page: the cursor `after` of the previous answer's `next`, and how many."""

    after: Annotated[str, Field(max_length=64)] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 20
