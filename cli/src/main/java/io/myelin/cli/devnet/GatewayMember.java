package io.myelin.cli.devnet;

import java.net.URI;

/**
 * A gateway of the devnet.
 *
 * @param member its process or its place in this one
 * @param url where it listens
 */
record GatewayMember(Member member, URI url) {}
