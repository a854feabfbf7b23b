/**
 * The contract of a store, as tests: what to run against a store of one's own.
 *
 * <p>{@link io.apicache.tck.StoreContract} has one test for every promise that a store can break, named by the number
 * it has in {@code docs/guarantees.md}. To test a store, depend on this module's jar of type {@code test-jar} and on
 * JUnit and AssertJ, extend the contract and answer two questions: how another process opens the same records, and
 * how time passes.
 *
 * <pre>{@code
 * class PaperStoreTest extends StoreContract {
 *
 *     private final Paper paper = new Paper();
 *
 *     protected Store<String> open() {
 *         return new PaperStore(paper).as((key, text) -> text.getBytes(UTF_8), (key, bytes) -> new String(bytes, UTF_8));
 *     }
 *
 *     protected void pass(Duration time) {
 *         paper.clock().advance(time);      // or wait: LockSupport.parkNanos in a loop
 *     }
 * }
 * }</pre>
 *
 * <p>No test sleeps, none asks which store it has, and each takes ids of its own, so that a server can be shared by
 * several runs. Where there are several ways to set a store up, a {@code @Nested} subclass for each keeps the reports
 * readable.
 *
 * <p>What else is here serves tests of the engine as well: {@link io.apicache.tck.ManualTime} is a clock moved by
 * hand, {@link io.apicache.tck.ReferenceStore} the store that is plain to see right, {@link
 * io.apicache.tck.FaultyStore} makes any store nasty on purpose, and {@link io.apicache.tck.WrongStores} lists stores
 * that are wrong in one step each, every one of which the contract must catch.
 */
@NullMarked
package io.apicache.tck;

import org.jspecify.annotations.NullMarked;
