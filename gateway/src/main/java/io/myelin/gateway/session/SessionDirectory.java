package io.myelin.gateway.session;

import java.util.List;
import java.util.Optional;

/** Looks sessions up for the fronts; the session service behind it owns them. */
public interface SessionDirectory {

  /** The session a bearer key belongs to; only the key's hash is stored. Never blocks on disk. */
  Optional<SessionView> byApiKey(String apiKey);

  /** By id (64 hex digits). */
  Optional<SessionView> byId(String sessionId);

  /** Models that can be asked for at this gateway now. */
  List<ModelView> models();

  /** Those that a session may ask for: its own, or for {@code *} each of its subnet. */
  default List<ModelView> models(SessionView session) {
    return models().stream()
        .filter(model -> session.model().equals("*") || session.model().equals(model.id()))
        .toList();
  }

  /** A message that a model is not served here, with where it is, if that is known. */
  default String withPlaces(String message, String model) {
    return message;
  }
}
