/** A store in Redis. So far only {@code KeyLayout} is here: the store itself comes next. */
@NullMarked
package io.apicache.redis;

import org.jspecify.annotations.NullMarked;
