package io.myelin.protocol.session;

/** A deadline that is armed. At most one of a kind. */
public record SessionDeadline(SessionDeadlineKind kind, long armedId, long atMillis) {}
