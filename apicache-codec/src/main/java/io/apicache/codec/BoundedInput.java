package io.apicache.codec;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import org.jspecify.annotations.Nullable;

/**
 * An input that never allocates for more elements than there are bytes left. Kryo's own believes every declared size: six bytes are
 * enough to make it ask for gigabytes.
 */
final class BoundedInput extends Input {

    private static final byte[] NOTHING = new byte[0];

    private boolean inString;

    /** {@return the size, if so many elements of so many bytes each can be in what is left} */
    int requireBacked(int size, int bytesEach) {
        if (size < 0 || size > (limit - position) / bytesEach) {
            throw new KryoException("declared size " + size + " with " + (limit - position) + " bytes left");
        }
        return size;
    }

    /** Lets go of what was read. */
    void forget() {
        setBuffer(NOTHING);
    }

    /** {@return the characters held back for the next long string} */
    int heldChars() {
        return chars.length;
    }

    @Override
    public @Nullable String readString() {
        inString = true;
        try {
            return super.readString();
        } finally {
            inString = false;
        }
    }

    @Override
    public @Nullable StringBuilder readStringBuilder() {
        inString = true;
        try {
            return super.readStringBuilder();
        } finally {
            inString = false;
        }
    }

    // In a string it is the length; elsewhere, in a serializer of the caller's, it is any number.
    @Override
    public int readVarIntFlag(boolean optimizePositive) {
        int size = super.readVarIntFlag(optimizePositive);
        if (inString) {
            requireBacked(Math.max(0, size - 1), 1);
        }
        return size;
    }

    @Override
    public byte[] readBytes(int length) {
        return super.readBytes(requireBacked(length, 1));
    }

    @Override
    public int[] readInts(int length) {
        return super.readInts(requireBacked(length, Integer.BYTES));
    }

    @Override
    public int[] readInts(int length, boolean optimizePositive) {
        return super.readInts(requireBacked(length, 1), optimizePositive);
    }

    @Override
    public long[] readLongs(int length) {
        return super.readLongs(requireBacked(length, Long.BYTES));
    }

    @Override
    public long[] readLongs(int length, boolean optimizePositive) {
        return super.readLongs(requireBacked(length, 1), optimizePositive);
    }

    @Override
    public float[] readFloats(int length) {
        return super.readFloats(requireBacked(length, Float.BYTES));
    }

    @Override
    public double[] readDoubles(int length) {
        return super.readDoubles(requireBacked(length, Double.BYTES));
    }

    @Override
    public short[] readShorts(int length) {
        return super.readShorts(requireBacked(length, Short.BYTES));
    }

    @Override
    public char[] readChars(int length) {
        return super.readChars(requireBacked(length, Character.BYTES));
    }

    @Override
    public boolean[] readBooleans(int length) {
        return super.readBooleans(requireBacked(length, 1));
    }
}
