package io.myelin.gateway.openai;

import com.linecorp.armeria.common.HttpStatus;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.StrictJson;
import io.myelin.gateway.session.ModelView;
import io.myelin.gateway.session.SessionDirectory;
import io.myelin.gateway.session.SessionView;
import io.myelin.protocol.crypto.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The models a session may ask for. */
final class Models {
  private static final int NO_NODE_RETRY_SECONDS = 5;

  private final SessionDirectory directory;
  private final String softwareVersion;

  Models(SessionDirectory directory, String softwareVersion) {
    this.directory = directory;
    this.softwareVersion = softwareVersion;
  }

  /** Those of the session, in the directory's order. */
  List<ModelView> of(SessionView session) {
    return directory.models(session);
  }

  /**
   * The one of this name that can do it, or an {@link ApiError} (404) that lists those that can.
   */
  ModelView find(SessionView session, String id, String what, Predicate<ModelView> can)
      throws ApiError {
    List<ModelView> able = of(session).stream().filter(can).toList();
    for (ModelView model : able) {
      if (model.id().equals(id)) {
        return model;
      }
    }
    List<ModelView> connected = directory.models();
    boolean sessions =
        session.model().equals(id) && connected.stream().noneMatch(m -> m.id().equals(id));
    if (sessions || (connected.isEmpty() && directory.withPlaces("", id).isEmpty())) {
      throw ApiError.server(
          HttpStatus.SERVICE_UNAVAILABLE,
          "no_node_available",
          "No node is connected now that serves '" + StrictJson.shortened(id) + "'; try again.",
          NO_NODE_RETRY_SECONDS);
    }
    String known =
        able.isEmpty()
            ? "none at the moment"
            : able.stream().map(ModelView::id).sorted().limit(50).collect(Collectors.joining(", "));
    String message =
        "The model '"
            + StrictJson.shortened(id)
            + "' does not exist here or this session has no access to it. Models that "
            + what
            + ": "
            + known
            + ".";
    throw new ApiError(
        HttpStatus.NOT_FOUND,
        ApiError.INVALID_REQUEST,
        directory.withPlaces(message, id),
        "model",
        "model_not_found",
        0);
  }

  /** Changes with the model's name or the gateway's software. */
  String fingerprint(ModelView model) {
    byte[] digest =
        Sha256.newDigest()
            .digest((softwareVersion + "|" + model.id()).getBytes(StandardCharsets.UTF_8));
    return "fp_" + HexFormat.of().formatHex(digest, 0, 5);
  }
}
