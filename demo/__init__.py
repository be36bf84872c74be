"""The story `make demo` plays: real processes, real HTTP, a clock that moves. Never shipped."""
