package io.apicache.codec;

import java.util.function.Supplier;

/** A response whose line a later version of a program makes final. */
record EvolvingAnswer(EvolvingLine line, String name) {

    /** Makes one, by reflection, in whatever loader the class is. */
    static final class Sample implements Supplier<Object> {
        @Override
        public Object get() {
            return new EvolvingAnswer(new EvolvingLine(1, 32), "abc");
        }
    }
}
