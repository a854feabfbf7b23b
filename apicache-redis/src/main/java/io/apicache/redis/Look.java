package io.apicache.redis;

/**
 * A record and what was left of its life in the same instant.
 *
 * @param record the record
 * @param millisLeft how long it still lived
 */
record Look(StoredRecord record, long millisLeft) {

    /** Clocks of servers may differ, and be set back: a record that lives longer than it was given by less than this is still good. */
    private static final long CLOCK_SLACK_MILLIS = 60_000;

    /** No lease is longer. */
    static final long LONGEST_LEASE_MILLIS = 86_400_000 + CLOCK_SLACK_MILLIS;

    /**
     * Checks that the life is one that such a record can have.
     *
     * @throws io.apicache.CorruptRecordException if it is not: nothing of this library's wrote it
     */
    static Look of(RecordName name, StoredRecord record, long millisLeft) {
        boolean pending = record.state() == StoredRecord.PENDING;
        boolean brief = record.state() == StoredRecord.HANDLED && record.flags() != 0;
        if (pending && (millisLeft < 0 || millisLeft - record.millis() > LONGEST_LEASE_MILLIS)) {
            throw StoredRecord.unreadable(name, "lease");
        }
        if (brief && (millisLeft < 0 || millisLeft > 2 * Moves.GRACE_MILLIS + CLOCK_SLACK_MILLIS)) {
            throw StoredRecord.unreadable(name, "retention");
        }
        return new Look(record, millisLeft);
    }

    /** {@return what is left of the lease of a pending record; zero or less if it is over} */
    long leaseLeft() {
        return millisLeft - record.millis();
    }

    /** {@return whether it is a response that is kept for callers to come} */
    boolean isRetained() {
        return record.state() == StoredRecord.HANDLED
                && (record.flags() == 0
                        || (record.flags() == StoredRecord.HELD_BRIEFLY && millisLeft > Moves.GRACE_MILLIS));
    }
}
