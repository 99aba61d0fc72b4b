package io.myelin.gateway;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;

/**
 * Lets a gRPC stream last and carry as much as it likes: each message is bounded by itself, a call
 * by its client's deadline, a task by the pipeline's.
 */
final class WithoutRequestLimits extends SimpleDecoratingHttpService {

  WithoutRequestLimits(HttpService delegate) {
    super(delegate);
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest req) throws Exception {
    ctx.clearRequestTimeout();
    ctx.setMaxRequestLength(0);
    return unwrap().serve(ctx, req);
  }
}
