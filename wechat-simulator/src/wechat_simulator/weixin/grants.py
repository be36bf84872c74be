"""What a user has allowed by subscribing to a template.

One-time templates: each accept allows one message, without time limit, and accepts add up. Long-
term templates: any number until the user switches them off (…/framework/open-ability/subscribe-
message).
"""

from dataclasses import dataclass


@dataclass
class Grant:
    """One user, one template. `refused` is the standing "no" the user set in the settings page."""

    left: int = 0
    standing: bool = False
    refused: bool = False
    sent: int = 0

    def accept(self, *, long_term: bool) -> None:
        """Record that the user tapped "allow"."""
        self.refused = False
        if long_term:
            self.standing = True
        else:
            self.left += 1

    def withdraw(self) -> None:
        """Record that the user switched the template off: unused accepts are void."""
        self.left, self.standing, self.refused = 0, False, True

    def allows(self) -> bool:
        """Whether one more message may be sent (else 43101)."""
        return not self.refused and (self.standing or self.left > 0)

    def spend(self) -> None:
        """Count one message that was sent."""
        self.sent += 1
        if not self.standing:
            self.left -= 1
