package io.apicache.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** The page and the pictures, made of figures that nobody has measured. */
class ReportTest {

    private static final Form FORM =
            new Form("made up", 4, 3, 100, 10, List.of(1), List.of(4, 100, 1_000, 10_000), 100);

    @TempDir
    Path out;

    private final Results results = new Results();

    /** Peers differ by their number, rounds by a tenth. Redisson is not up to the greatest herds. */
    private void measure() throws Exception {
        for (Scenario scenario : FORM.scenarios()) {
            int factor = 0;
            for (Peers peer : Peers.values()) {
                factor++;
                if (peer == Peers.REDISSON && scenario.name().contains("10000")) {
                    results.failures.add(new Failure(scenario.name(), peer, "warm-up", "it took | too long", true));
                    continue;
                }
                double micros = scenario.name().equals("takeover") ? 2_500_000 : 1_000 + scenario.operations();
                for (int round = 1; round <= FORM.rounds(); round++) {
                    double p50 = factor * micros * (1 + round / 10.0);
                    results.samples.add(
                            new Sample(scenario.name(), peer, round, p50, 2 * p50, 3 * p50, 1e6 / p50, 1_000, 20));
                }
                results.counts.add(
                        new Count(scenario.name(), peer, 2L * factor * scenario.operations(), scenario.operations()));
            }
        }
        new Report(FORM, "0.0", 123, results).write(out);
    }

    @ParameterizedTest
    @ValueSource(strings = {"herd-time", "herd-commands", "wake-up", "commands", "takeover"})
    @DisplayName("a picture is small, its text is text, and it tells of every peer")
    void aPictureIsSmallAndItsTextIsText(String name) throws Exception {
        measure();
        Path picture = out.resolve(name + ".svg");

        Document svg = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(picture.toFile());

        assertThat(Files.size(picture)).isLessThan(20_000);
        NodeList text = svg.getElementsByTagName("text");
        List<String> words = IntStream.range(0, text.getLength())
                .mapToObj(i -> text.item(i).getTextContent())
                .toList();
        for (Peers peer : Peers.values()) {
            assertThat(words).contains(peer.title());
        }
        assertThat(Files.readString(picture)).doesNotContain("NaN").doesNotContain("Infinity");
    }

    @Test
    @DisplayName("the page has ratios of rounds, leases, and what was too much")
    void thePageTellsWhatWasMeasured() throws Exception {
        measure();
        String page = Files.readString(out.resolve("comparison.md"));

        assertThat(page).contains("bytes of a response: 123");
        assertThat(page).contains("`redis-benchmark` was not there to tell.");
        assertThat(page).containsPattern("Redisson RLock \\+ RBucket \\| [^|]*\\| 2\\.00 \\(2\\.00 to 2\\.00\\)");
        assertThat(page).contains("| | leases | p50, µs |").contains("| apicache | 0.60 (0.55 to 0.65) |");
        assertThat(page).contains("| Redisson RLock + RBucket | not done: it took / too long |");
        assertThat(page).doesNotContain("NaN").doesNotContain("Infinity");
    }

    @Test
    @DisplayName("a page can be written before anything has been measured, and tells of what failed in a round")
    void aPageBeforeTheEnd() throws Exception {
        new Report(FORM, "0.0", 123, results).write(out);
        assertThat(Files.readString(out.resolve("comparison.md")))
                .contains("| apicache |")
                .doesNotContain("NaN");
        assertThat(Files.readString(out.resolve("wake-up.svg")))
                .contains("not measured")
                .doesNotContain("NaN");

        results.failures.add(new Failure("wake-up", Peers.SPRING, "round 2", "nobody answered.", true));
        measure();

        assertThat(Files.readString(out.resolve("comparison.md")))
                .contains(
                        "- Left out: " + Peers.SPRING.title() + ", round 2: nobody answered. It was not asked again.");
    }

    @Test
    @DisplayName("what the server reached is on the page")
    void theCeilingIsOnThePage() throws Exception {
        results.ceiling.add(new Ceiling.Reached("GET", 50, 123_456, 0.25, Double.NaN));

        measure();

        assertThat(Files.readString(out.resolve("comparison.md"))).contains("| `GET` | 50 | 123,456 | 0.25 |  |");
    }
}
