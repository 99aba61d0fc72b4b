package io.myelin.gateway.pipeline;

import io.myelin.gateway.journal.TaskStore;
import io.myelin.gateway.session.SessionLedger;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * What every task of a pipeline shares.
 *
 * @param vouchers tells nodes what they have earned
 * @param receipted told of each task whose work validators may ask for, once its receipt is in the
 *     journal; must not block
 * @param window chunks a node may be ahead of the client
 * @param forget takes a task that is over out of the pipeline
 */
record PipelineContext(
    PipelineSettings settings,
    GatewayIdentity identity,
    InstantSource clock,
    TaskStore store,
    SessionLedger ledger,
    Dispatcher dispatcher,
    Vouchers vouchers,
    Consumer<String> receipted,
    int window,
    Consumer<TaskRunner> forget) {}
