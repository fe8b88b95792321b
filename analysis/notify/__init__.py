"""Owns telling people of the reply queue: rules, events, messages, the outbox and the channels."""
