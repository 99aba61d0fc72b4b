package io.myelin.protocol.pool;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;

/** What happened to a node of the pool. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = PoolEvent.Joined.class, name = "joined"),
  @JsonSubTypes.Type(value = PoolEvent.SlotsChanged.class, name = "slots_changed"),
  @JsonSubTypes.Type(value = PoolEvent.Qualified.class, name = "qualified"),
  @JsonSubTypes.Type(value = PoolEvent.Disqualified.class, name = "disqualified"),
  @JsonSubTypes.Type(value = PoolEvent.Suspended.class, name = "suspended"),
  @JsonSubTypes.Type(value = PoolEvent.Reinstated.class, name = "reinstated"),
  @JsonSubTypes.Type(value = PoolEvent.Reserved.class, name = "reserved"),
  @JsonSubTypes.Type(value = PoolEvent.Released.class, name = "released"),
  @JsonSubTypes.Type(value = PoolEvent.Left.class, name = "left"),
})
public sealed interface PoolEvent {
  /** Which node. */
  Address node();

  /** It came, or came back before a session had given up its slots. */
  record Joined(Address node, int slots) implements PoolEvent {}

  /** It declares another number of slots. */
  record SlotsChanged(Address node, int slots) implements PoolEvent {}

  /** It passed a test. */
  record Qualified(Address node) implements PoolEvent {}

  /** It failed a test. */
  record Disqualified(Address node, String reason) implements PoolEvent {}

  /** It is kept out. */
  record Suspended(Address node, String reason) implements PoolEvent {}

  /** It is let in again, to be tested. */
  record Reinstated(Address node) implements PoolEvent {}

  /** A session takes slots of it. */
  record Reserved(Address node, SessionId session, int slots) implements PoolEvent {}

  /** A session gives all of its slots of it back. */
  record Released(Address node, SessionId session) implements PoolEvent {}

  /** It is gone. */
  record Left(Address node, String reason) implements PoolEvent {}
}
