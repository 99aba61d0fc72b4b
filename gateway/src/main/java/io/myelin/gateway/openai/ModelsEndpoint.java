package io.myelin.gateway.openai;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.BearerKeys;
import io.myelin.gateway.http.ErrorResponses;
import io.myelin.gateway.http.JsonBytes;
import io.myelin.gateway.http.MethodErrors;
import io.myelin.gateway.session.ModelView;
import io.myelin.gateway.session.SessionDirectory;
import io.myelin.gateway.session.SessionView;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** {@code GET /v1/models} and {@code GET /v1/models/{id}}. */
final class ModelsEndpoint implements HttpService {
  private final SessionDirectory directory;
  private final Models models;

  ModelsEndpoint(SessionDirectory directory, Models models) {
    this.directory = directory;
    this.models = models;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    if (request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
      return MethodErrors.notAllowed(context, "GET");
    }
    ByteBuf out = context.alloc().buffer();
    try {
      SessionView session = BearerKeys.session(request.headers(), directory);
      String id = context.pathParam("id");
      if (id == null) {
        list(out, models.of(session));
      } else {
        one(out, models.find(session, id, "can be asked for", model -> true));
      }
      return HttpResponse.of(HttpStatus.OK, MediaType.JSON, HttpData.wrap(out.retain()));
    } catch (ApiError e) {
      return ErrorResponses.response(e);
    } finally {
      out.release();
    }
  }

  private static void list(ByteBuf out, List<ModelView> models) {
    JsonBytes.raw(out, "{\"object\":\"list\",\"data\":[");
    for (int i = 0; i < models.size(); i++) {
      if (i > 0) {
        out.writeByte(',');
      }
      one(out, models.get(i));
    }
    JsonBytes.raw(out, "]}");
  }

  private static void one(ByteBuf out, ModelView model) {
    JsonBytes.raw(out, "{\"id\":");
    JsonBytes.string(out, model.id());
    JsonBytes.raw(out, ",\"object\":\"model\",\"created\":");
    JsonBytes.number(out, model.createdAtSeconds());
    JsonBytes.raw(out, ",\"owned_by\":\"myelin\"}");
  }
}
