"""A name service of the tests' own, of aiohttp's interface."""

from socket import AF_INET, AF_UNSPEC, AddressFamily

from aiohttp.abc import AbstractResolver, ResolveResult


class Names(AbstractResolver):
    """Answers each question with the next list of addresses (the last one again and again)."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self._answers = list(answers)
        self.questions = 0

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_UNSPEC) -> list[ResolveResult]:
        del family
        self.questions += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if not answer:
            raise OSError(host)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=AF_INET, proto=0, flags=0)
            for address in answer
        ]

    async def close(self) -> None:
        pass


def names(*addresses: str) -> Names:
    """Every name has these addresses, always."""
    return Names(addresses)
