package io.myelin.protocol.reputation;

import io.myelin.protocol.ids.Digest;

/**
 * The verdict that keeps a node out of every draw.
 *
 * @param fraud whether it was found to have lied; else it was suspended for another reason
 * @param evidence digest of what the committee judged
 * @param sinceSeconds Unix time of the verdict's block
 */
public record Suspension(boolean fraud, Digest evidence, long sinceSeconds) {}
