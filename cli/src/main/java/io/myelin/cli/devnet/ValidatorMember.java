package io.myelin.cli.devnet;

import java.net.URI;

/** A validator and where committees find it. */
record ValidatorMember(Member member, URI url) {}
