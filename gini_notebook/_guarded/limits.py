"""What one call in the guarded process may use, and how it is said that it would have used more."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use.

    Attributes
    ----------
    memory
        Bytes of memory, beyond what the process needs for itself.
    cpu_s
        Seconds of computing.
    wait_s
        Seconds until it answers, also where it computes nothing, as it does where a disk does not answer.
    answer
        Bytes of what it sends back.
    """

    memory: int = 512 * MIB
    cpu_s: int = 8
    wait_s: float = 120.0
    answer: int = 32 * MIB

    @property
    def too_much_memory(self) -> str:
        """What to say where the memory was not enough."""
        return f"needs more memory than {self.memory // MIB} MiB"

    @property
    def too_much_computing(self) -> str:
        """What to say where it computed for too long."""
        return f"needs more than {self.cpu_s} s of computing"

    @property
    def too_late(self) -> str:
        """What to say where no answer came."""
        return f"takes longer than {self.wait_s:g} s"

    @property
    def too_large(self) -> str:
        """What to say where the answer is too large."""
        return f"unpacks to more than {self.answer / MIB:g} MiB"


LIMITS = Limits()
