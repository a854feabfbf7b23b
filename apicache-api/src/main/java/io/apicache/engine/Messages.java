package io.apicache.engine;

import io.apicache.spi.Claimed.Handled;
import io.apicache.spi.Hints;
import io.apicache.spi.Key;

/**
 * Takes the messages of the store. Throws nothing: a failure here must not reach the store's thread. The key's next query finds the change.
 *
 * <p><b>Thread-safety:</b> safe for use by many threads.
 */
final class Messages<R> implements Hints<R> {

    private final Coordinator<R> coordinator;

    Messages(Coordinator<R> coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public void changed(Key key) {
        KeySlot<R> slot = coordinator.steps().existing(key);
        if (slot != null) {
            changed(slot);
        }
    }

    private void changed(KeySlot<R> slot) {
        try {
            coordinator.changed(slot);
        } catch (Throwable e) {
            Failures.log(Incident.HINT_NOT_TAKEN, slot.key, e);
        }
    }

    @Override
    public void handled(Key key, Handled<R> record) {
        KeySlot<R> slot = coordinator.steps().existing(key);
        if (slot == null) {
            return;
        }
        try {
            coordinator.handled(slot, record, record.number(), record.fingerprint());
        } catch (Throwable e) { // the message is good for a hint at least
            Failures.log(Incident.MESSAGE_NOT_TAKEN, key, e);
            changed(slot);
        }
    }

    @Override
    public void missed() {
        coordinator.steps().all().forEach(this::changed);
    }
}
