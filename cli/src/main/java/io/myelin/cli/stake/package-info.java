/** The {@code stake} commands: of validators, nodes and gateways, for their owners. */
@NullMarked
package io.myelin.cli.stake;

import org.jspecify.annotations.NullMarked;
