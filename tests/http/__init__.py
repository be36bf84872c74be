"""The application behind real HTTP, in this process: every door, every refusal, on a real MongoDB and the simulator."""
