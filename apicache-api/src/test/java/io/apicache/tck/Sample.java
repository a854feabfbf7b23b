package io.apicache.tck;

import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;

/** Takes a few of many cases, other ones each time. The system property {@code test.seed} repeats a choice. */
public final class Sample {

    private Sample() {}

    /** {@return the seed of this run, which is printed} */
    public static long seed() {
        Long given = Long.getLong("test.seed");
        long seed = given == null ? ThreadLocalRandom.current().nextLong() : given;
        System.out.println("sample: -Dtest.seed=" + seed);
        return seed;
    }

    /**
     * {@return so many different numbers in rising order, the first and the last one of the range among them}
     *
     * @param last the greatest number; 0 is the smallest
     * @param size how many, at least 2
     */
    public static List<Integer> upTo(int last, int size) {
        return upTo(seed(), last, size);
    }

    /**
     * {@return as above, for a test that takes many samples and prints one seed}
     *
     * @param seed what is the same gives the same numbers
     * @param last the greatest number; 0 is the smallest
     * @param size how many, at least 2
     */
    public static List<Integer> upTo(long seed, int last, int size) {
        SplittableRandom random = new SplittableRandom(seed);
        TreeSet<Integer> chosen = new TreeSet<>(List.of(0, last));
        while (chosen.size() < Math.min(size, last + 1)) {
            chosen.add(random.nextInt(last));
        }
        return List.copyOf(chosen);
    }
}
