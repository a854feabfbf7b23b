/**
 * Responses as bytes, for every store that keeps bytes. {@link io.apicache.codec.KryoCodec} turns objects into bytes; {@link
 * io.apicache.codec.ZstdCodec} and {@link io.apicache.codec.EncryptedCodec} go around it or around any other codec, encryption outside
 * of compression.
 *
 * <p>What each of them writes begins with an envelope that says what follows. It is checked completely before Kryo, zstd or a cipher
 * sees a byte, and a record that does not fit is a {@link io.apicache.CorruptRecordException} with the reason.
 *
 * <p>Nothing here is null unless it says so. No message shows a response or a key.
 */
@NullMarked
package io.apicache.codec;

import org.jspecify.annotations.NullMarked;
