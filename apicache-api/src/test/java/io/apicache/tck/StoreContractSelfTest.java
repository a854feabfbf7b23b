package io.apicache.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.apicache.spi.Store;
import io.apicache.spi.Time;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/**
 * Tries the contract itself: the right store passes, and every wrong one is caught by the test that was written for
 * it.
 */
class StoreContractSelfTest {

    /** The contract on the store of the trial that runs on this thread. Alone, it tries the right store. */
    static final class Trial extends StoreContract {

        private static final ThreadLocal<Function<Time, ReferenceStore<String>>> STORE =
                ThreadLocal.withInitial(() -> ReferenceStore::new);

        private final ManualTime time = new ManualTime();
        private final Store<String> store = STORE.get().apply(time);

        @Override
        protected Store<String> open() {
            return store;
        }

        @Override
        protected void pass(Duration by) {
            time.advance(by);
        }

        @Override
        protected Duration patience() {
            return Duration.ofMillis(100);
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("a wrong store is caught")
    void aWrongStoreIsCaught(WrongStores wrong) {
        List<DiscoverySelector> documented = wrong.caughtBy().stream()
                .<DiscoverySelector>map(name -> selectMethod(Trial.class, method(name)))
                .toList();

        Events tests = run(wrong::create, documented);

        assertThat(tests.failed().stream()
                        .map(event -> event.getTestDescriptor().getDisplayName()))
                .containsExactlyInAnyOrderElementsOf(wrong.caughtBy().stream()
                        .map(StoreContractSelfTest::displayName)
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("a wrong store is caught by a test of the promise it breaks")
    void aWrongStoreIsCaughtByATestOfThePromiseItBreaks(WrongStores wrong) {
        assertThat(displayName(wrong.caughtBy().get(0))).startsWith(wrong.promise() + " ");
    }

    @Test
    @DisplayName("the right store passes every test")
    void theRightStorePassesEveryTest() {
        Events tests = run(ReferenceStore::new, List.of(selectClass(Trial.class)));

        assertThat(tests.succeeded().count()).isEqualTo(contract().size());
        assertThat(tests.failed().count()
                        + tests.skipped().count()
                        + tests.aborted().count())
                .isZero();
    }

    @Test
    @DisplayName("every test of the contract catches a wrong store")
    void everyTestOfTheContractCatchesAWrongStore() {
        assertThat(Arrays.stream(WrongStores.values())
                        .flatMap(wrong -> wrong.caughtBy().stream())
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(contract().keySet());
    }

    @Test
    @DisplayName("every test of the contract says which promise it tests")
    void everyTestOfTheContractSaysWhichPromiseItTests() {
        assertThat(contract().values()).allMatch(name -> name.matches("[A-Z][1-9] [a-z].*"));
        assertThat(contract().values()).doesNotHaveDuplicates();
    }

    private static Events run(Function<Time, ReferenceStore<String>> store, List<DiscoverySelector> what) {
        Trial.STORE.set(store);
        try {
            EngineExecutionResults results = EngineTestKit.engine("junit-jupiter")
                    .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
                    .selectors(what.toArray(DiscoverySelector[]::new))
                    .execute();
            return results.testEvents();
        } finally {
            Trial.STORE.remove();
        }
    }

    /** The tests of the contract: their method names, with their display names. */
    private static Map<String, String> contract() {
        return Stream.<Class<?>>iterate(StoreContract.class, type -> type != Object.class, Class::getSuperclass)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Test.class))
                .collect(Collectors.toMap(
                        Method::getName,
                        method -> method.getAnnotation(DisplayName.class).value()));
    }

    private static String displayName(String method) {
        assertThat(contract()).containsKey(method);
        return contract().get(method);
    }

    private static Method method(String name) {
        return Stream.<Class<?>>iterate(StoreContract.class, type -> type != Object.class, Class::getSuperclass)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> method.getName().equals(name) && method.isAnnotationPresent(Test.class))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the contract has no test " + name));
    }
}
