"""What happens after a job interview when people follow up: from real logs to rates, verdicts and advice."""

__version__ = "0.1.0"
