/** A network whose processes are killed, and whose money must add up all the same. */
@org.jspecify.annotations.NullMarked
package io.myelin.cli.chaos;
