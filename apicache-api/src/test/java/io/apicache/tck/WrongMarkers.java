package io.apicache.tck;

import io.apicache.spi.Key;
import io.apicache.spi.Marker;
import io.apicache.spi.Stored;
import io.apicache.spi.Time;
import io.apicache.spi.Token;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Stores that are wrong about markers. {@link WrongStores} says which test catches each. */
final class WrongMarkers {

    private WrongMarkers() {}

    /** Keeps a marker for ever. */
    static ReferenceStore<String> keepsMarkersForEver(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Stored<String>> mark(Key key, Token token, Marker marker, Duration keepFor) {
                return super.mark(key, token, marker, keepFor.isZero() ? keepFor : Duration.ofDays(1));
            }
        };
    }

    /** Retains a marker that is for present waiters only. */
    static ReferenceStore<String> retainsEveryMarker(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Stored<String>> mark(Key key, Token token, Marker marker, Duration keepFor) {
                return super.mark(key, token, marker, keepFor.isZero() ? Duration.ofDays(1) : keepFor);
            }
        };
    }

    /** Takes a marker of every owner, old ones included. */
    static ReferenceStore<String> anyOwnerMarks(Time time) {
        return new ReferenceStore<>(time) {
            private boolean marking;

            @Override
            public CompletionStage<Stored<String>> mark(Key key, Token token, Marker marker, Duration keepFor) {
                marking = true;
                try {
                    return super.mark(key, token, marker, keepFor);
                } finally {
                    marking = false;
                }
            }

            @Override
            protected boolean isOwner(Entry<String> entry, Token token) {
                return marking || super.isOwner(entry, token);
            }
        };
    }

    /** Refuses to repeat a marker over what is in the record. */
    static ReferenceStore<String> refusesRepeatedMarkers(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            public CompletionStage<Stored<String>> mark(Key key, Token token, Marker marker, Duration keepFor) {
                return super.mark(key, token, marker, keepFor)
                        .thenApply(stored -> stored instanceof Stored.Accepted<String> accepted
                                        && accepted.record().marker() != marker
                                ? new Stored.Stale<>()
                                : stored);
            }
        };
    }

    /** Stores a marker and notifies no process. */
    static ReferenceStore<String> marksInSilence(Time time) {
        return new ReferenceStore<>(time) {
            @Override
            protected void tellHandled(Key key, Response<String> response) {
                if (response.marker() == null) {
                    super.tellHandled(key, response);
                }
            }
        };
    }
}
