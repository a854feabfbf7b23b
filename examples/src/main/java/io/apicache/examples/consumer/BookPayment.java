package io.apicache.examples.consumer;

/** The work: asks the bank, which takes its time, and books. */
final class BookPayment implements Work {

    private static final int BANK_MILLIS = 5;

    private final Ledger ledger;
    private final Tally tally;

    BookPayment(Ledger ledger, Tally tally) {
        this.ledger = ledger;
        this.tally = tally;
    }

    @Override
    public Done apply(Payment payment, long token) throws InterruptedException {
        tally.executed(payment.id());
        long cents = Long.parseLong(payment.amount()); // throws over a poison message, each time anew
        Thread.sleep(BANK_MILLIS);
        Ledger.Booking booking = ledger.book(payment.id(), token, cents);
        tally.booked(booking);
        if (booking == Ledger.Booking.STALE) {
            throw new IllegalStateException("a newer owner has booked this payment");
        }
        return new Done(payment.id()); // booked now, or by an owner that died before it could handle: done either way
    }
}
