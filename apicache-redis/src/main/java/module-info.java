/** A store in Redis: so far only how its keys are named. Exports nothing yet. */
module io.apicache.redis {
    requires transitive io.apicache;
    requires static org.jspecify;
}
