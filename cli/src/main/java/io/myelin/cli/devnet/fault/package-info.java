/** Who of a local network fails on purpose, and how. */
@org.jspecify.annotations.NullMarked
package io.myelin.cli.devnet.fault;
