package io.myelin.cli.devnet;

import java.net.URI;

/**
 * A registry node of the devnet.
 *
 * @param url where it answers over gRPC
 * @param record that others join by
 */
record RegistryMember(Member member, URI url, String record) {}
