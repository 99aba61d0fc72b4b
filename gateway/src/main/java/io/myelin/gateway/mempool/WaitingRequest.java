package io.myelin.gateway.mempool;

import io.myelin.gateway.session.SignedSessionRequest;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.typeddata.PendingRequest;

/**
 * A request for any gateway as its client brings it.
 *
 * @param signed the session's request, for the zero address as gateway, and in a named subnet
 * @param pending on what terms it may wait
 * @param pendingSignature of the client
 * @param task JSON; empty for none
 */
public record WaitingRequest(
    SignedSessionRequest signed, PendingRequest pending, Signature pendingSignature, String task) {}
