package io.myelin.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.task.Submission;

/** Reads what a client asks for, in OpenAI's terms, into the work of a submission. */
@FunctionalInterface
public interface WorkReader {

  /**
   * Reads one request.
   *
   * @param kind {@code chat}, {@code completion} or {@code embedding}
   * @param body as the OpenAI operation of that kind takes it, without {@code stream} and {@code n}
   * @throws ApiError (400) that names the parameter
   */
  Submission.Work read(String kind, ObjectNode body) throws ApiError;
}
