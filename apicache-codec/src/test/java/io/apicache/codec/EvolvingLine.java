package io.apicache.codec;

/** A class that a later version of a program makes final. */
class EvolvingLine {
    final int first;
    final int second;

    EvolvingLine() {
        this(0, 0);
    }

    EvolvingLine(int first, int second) {
        this.first = first;
        this.second = second;
    }
}
