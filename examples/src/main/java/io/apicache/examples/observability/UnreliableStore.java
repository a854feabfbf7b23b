package io.apicache.examples.observability;

import io.apicache.StoreUnavailableException;
import io.apicache.StoreUnavailableException.Outcome;
import io.apicache.spi.Store;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands before a store and lets moves fail, for those who are to see failures. */
final class UnreliableStore<R> {

    private final Store<R> store;
    private final AtomicInteger claimsToRefuse = new AtomicInteger();
    private final AtomicInteger repliesToLose = new AtomicInteger();

    UnreliableStore(Store<R> store) {
        this.store = store;
    }

    /** The next claims are refused, and certainly change nothing. */
    void refuseClaims(int claims) {
        claimsToRefuse.set(claims);
    }

    /** The next responses are stored, and the replies that would say so are lost. */
    void loseRepliesToHandle(int replies) {
        repliesToLose.set(replies);
    }

    @SuppressWarnings("unchecked") // a proxy of the interface that it is asked for
    Store<R> asStore() {
        return (Store<R>)
                Proxy.newProxyInstance(Store.class.getClassLoader(), new Class<?>[] {Store.class}, this::call);
    }

    private Object call(Object proxy, Method move, Object[] given) throws Throwable {
        if (move.getName().equals("prepare")) {
            return InvocationHandler.invokeDefault(proxy, move, given); // ends in handle, and that comes here
        }
        if (move.getName().equals("claim") && claimsToRefuse.getAndUpdate(UnreliableStore::less) > 0) {
            return failed(Outcome.NOT_EXECUTED);
        }
        try {
            Object answer = move.invoke(store, given);
            if (move.getName().equals("handle") && repliesToLose.getAndUpdate(UnreliableStore::less) > 0) {
                return ((CompletionStage<?>) answer).thenCompose(stored -> failed(Outcome.UNKNOWN));
            }
            return answer;
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    private static int less(int left) {
        return Math.max(0, left - 1);
    }

    private static CompletionStage<Object> failed(Outcome outcome) {
        return CompletableFuture.failedFuture(
                new StoreUnavailableException("a failure that the example asked for", outcome, null));
    }
}
