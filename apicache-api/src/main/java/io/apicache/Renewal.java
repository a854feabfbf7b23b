package io.apicache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A renewal on its way. The lease counts from before it was sent, and it answers those who had arrived by then. */
final class Renewal<R> implements Runnable, BiConsumer<@Nullable Boolean, @Nullable Throwable> {

    private final Claim<R> claim;
    final long sent;
    final long covers;

    Renewal(Claim<R> claim, long sent, long covers) {
        this.claim = claim;
        this.sent = sent;
        this.covers = covers;
    }

    @Override
    public void run() {
        CompletableFuture<Boolean> answer = Calls.ask(this::ask);
        if (answer.isDone()) {
            claim.room().nest(() -> {
                var unused = answer.whenComplete(this);
            });
        } else {
            var unused = answer.whenComplete(this);
        }
    }

    CompletionStage<Boolean> ask() {
        Room<R> room = claim.room();
        Engine<R> engine = room.engine();
        return engine.store().renew(room.key, claim.proof(), engine.limits().lease());
    }

    @Override
    public void accept(@Nullable Boolean kept, @Nullable Throwable failure) {
        claim.room().change(out -> {
            claim.renewed(this, kept, failure, out);
            return true;
        });
    }
}
