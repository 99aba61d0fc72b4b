/** {@code myelin subnet}: subnets, their models and prices, who serves them. */
@NullMarked
package io.myelin.cli.subnet;

import org.jspecify.annotations.NullMarked;
