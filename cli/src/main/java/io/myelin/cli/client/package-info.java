/** How commands name the gateway or the network that they talk to. */
@NullMarked
package io.myelin.cli.client;

import org.jspecify.annotations.NullMarked;
