package io.apicache.redis;

import io.apicache.spi.Key;

/**
 * A key as Redis knows it. Two of them are compared by their keys where that is needed; the arrays are never handed out to be changed.
 *
 * @param key what the engine calls it
 * @param name the key in Redis
 * @param hash 128 bits that stand for the name in a record and in a message
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RecordName(Key key, byte[] name, byte[] hash) {}
