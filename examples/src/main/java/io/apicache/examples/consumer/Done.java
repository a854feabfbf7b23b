package io.apicache.examples.consumer;

/** The response of work that returns nothing: that it was done is all there is to say. */
record Done(String paymentId) {}
