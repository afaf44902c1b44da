"""What the sandbox answers, by topic."""
