/**
 * What happens between the door and a store. Events go into the {@link io.apicache.engine.KeyState} of a key, effects come out of it as data, and the
 * {@link io.apicache.engine.Coordinator} carries them out without the key's lock. Not exported.
 */
@NullMarked
package io.apicache.engine;

import org.jspecify.annotations.NullMarked;
