package io.myelin.committee;

import io.myelin.chain.Bytes;
import java.math.BigInteger;

/**
 * Enough signatures of a committee, as the contracts take them.
 *
 * @param seatsBits bit i is set when seat i signed
 * @param signatures 65 bytes each, in the order of the seats
 */
public record Quorum(BigInteger seatsBits, Bytes signatures) {}
