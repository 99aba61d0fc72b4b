/**
 * The network of peers: who is there, found over discv5 by role and subnet, believed only when
 * staked and alive.
 */
@NullMarked
package io.myelin.discovery;

import org.jspecify.annotations.NullMarked;
