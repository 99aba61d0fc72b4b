package io.myelin.cli;

/** A command that does nothing but hold others. */
public abstract class CommandGroup extends MyelinCommand {

  @Override
  public final Integer call() {
    throw wrong(name() + ": nothing to do (expected: one of " + subcommands() + ")");
  }
}
