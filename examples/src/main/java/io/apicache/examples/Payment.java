package io.apicache.examples;

/** A response: immutable, so that everybody may be given the same one. */
record Payment(int number, String body) {

    String json() {
        return "{\"payment\":" + number + ",\"of\":" + body + "}";
    }
}
