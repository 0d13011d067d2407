"""Tables that nobody collected: derived from others, or drawn from random causal models."""
