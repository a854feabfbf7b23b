package io.apicache.consumer;

/** A response. */
public record Payment(String id, long cents) {}
