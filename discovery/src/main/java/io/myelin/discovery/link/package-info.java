/** The discv5 library behind an interface of our own: nothing outside of here knows its types. */
@NullMarked
package io.myelin.discovery.link;

import org.jspecify.annotations.NullMarked;
