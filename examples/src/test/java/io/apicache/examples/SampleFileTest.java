package io.apicache.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.apicache.examples.RequestFile.Behaviour;
import io.apicache.examples.RequestFile.Line;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SampleFileTest {

    @Test
    void theSameSeedGivesTheFileThatShips() throws IOException {
        try (InputStream shipped = SampleFile.class.getResourceAsStream(SampleFile.RESOURCE)) {
            assertThat(shipped).isNotNull();
            assertThat(new String(shipped.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(SampleFile.generate(SampleFile.SEED, 1_200));
        }
    }

    @Test
    void theSampleHasEveryBehaviour() {
        List<Line> lines = RequestFile.parse(
                SampleFile.generate(SampleFile.SEED, 1_200).lines().toList());

        assertThat(lines).hasSizeGreaterThan(5_000);
        assertThat(lines).extracting(Line::behaviour).contains(Behaviour.values());
    }
}
