package io.apicache.examples.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.memory.MemoryStore;
import io.apicache.spi.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page in a real browser. Not run with the tests, since it needs {@code chromium} on the PATH and fails without; everything but its looks is tested
 * there too.
 */
@Timeout(900)
class BrowserCheck {

    private static final Path PICTURE = Path.of("target", "dashboard.png");

    @TempDir
    private Path profile;

    @Test
    void thePageIsSeenAndItsButtonPressed() throws Exception {
        Path executable = Chromium.onThePath().orElseThrow(() -> new AssertionError("no chromium on the PATH"));
        try (Sales sales = new Sales(100_000);
                Store<Figures> store = new MemoryStore<>();
                Site site = new Site(store, "dashboard", () -> sales.figures(SharedFigures.WORK_LIMIT));
                Chromium browser = new Chromium(executable, profile)) {
            browser.open(site.page());
            Site.await(() -> text(browser, "computations").equals("1"));

            assertThat(browser.evaluate("document.querySelectorAll('svg polyline').length"))
                    .isEqualTo("5");
            assertThat(browser.evaluate("document.querySelector('svg').getBoundingClientRect().height > 200"))
                    .isEqualTo("true");
            assertThat(browser.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                    .isEqualTo("true");
            assertThat(browser.evaluate("performance.getEntriesByType('resource').length"))
                    .isEqualTo("0");

            browser.evaluate("document.getElementById('invalidate').click()");
            Site.await(() -> text(browser, "computations").equals("2"));

            assertThat(browser.evaluate("location.pathname")).isEqualTo("/");
            assertThat(sales.queries()).isEqualTo(2);

            Clients.load(List.of(site.page()), 200);
            browser.open(site.page());
            Site.await(() -> !text(browser, "hits").equals("0"));
            assertThat(sales.queries()).isEqualTo(2);
            byte[] picture = browser.screenshot();
            Files.write(PICTURE, picture);
            assertThat(picture).hasSizeBetween(10_000, 150_000);
        }
    }

    private static String text(Chromium browser, String id) {
        return browser.evaluate("document.getElementById('" + id + "')?.textContent");
    }
}
