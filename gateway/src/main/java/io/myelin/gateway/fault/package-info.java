/** Gateways that cheat on purpose, for those who want to see what the others do about it. */
@org.jspecify.annotations.NullMarked
package io.myelin.gateway.fault;
