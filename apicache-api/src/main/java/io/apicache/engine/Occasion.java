package io.apicache.engine;

/** Why a key takes a step. */
enum Occasion {
    /** A caller comes or goes: no time passes for the others. */
    CALLER,
    /** Time has passed. */
    TIME,
    /** Something has become known, so that callers whose time is up may be answered. */
    NEWS
}
