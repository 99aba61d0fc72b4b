/** Tells an operator, check by check, why a compute node earns or does not. */
@NullMarked
package io.myelin.cli.doctor;

import org.jspecify.annotations.NullMarked;
