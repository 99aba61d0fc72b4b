package io.myelin.discovery.link;

import io.myelin.protocol.peer.AddressPolicy;
import io.myelin.protocol.peer.NetworkTag;
import java.net.InetSocketAddress;
import java.util.function.Predicate;

/**
 * Where and with whom a link talks.
 *
 * @param bind the local address; port 0 for any that is free
 * @param network whose nodes it talks to
 * @param addresses which addresses it sends to and hears from
 * @param requestMillis how long an answer is waited for
 * @param readBytesPerSecond what it takes in at most
 * @param reachable which addresses it may talk to besides; what a firewall would say
 */
public record LinkSettings(
    InetSocketAddress bind,
    NetworkTag network,
    AddressPolicy addresses,
    long requestMillis,
    int readBytesPerSecond,
    Predicate<InetSocketAddress> reachable) {}
