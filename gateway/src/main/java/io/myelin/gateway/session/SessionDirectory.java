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
}
