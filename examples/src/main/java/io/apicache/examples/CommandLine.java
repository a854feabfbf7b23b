package io.apicache.examples;

/** What the programs read off their command lines, and how they keep their consoles to themselves. */
public final class CommandLine {

    private CommandLine() {}

    /** No word from libraries about what they could have and can do without; to be called before any of them is loaded. */
    public static void keepLibrariesQuiet() {
        System.setProperty("slf4j.internal.verbosity", "ERROR"); // a logger
        System.setProperty("io.netty.transport.noNative", "true"); // a native library
        System.setProperty("kryo.unsafe", "false"); // Unsafe
    }

    /**
     * {@return the value of the argument before it}
     *
     * @throws IllegalArgumentException if there is none
     */
    public static String value(String[] arguments, int at) {
        if (at >= arguments.length) {
            throw new IllegalArgumentException(arguments[at - 1] + " needs a value: see --help");
        }
        return arguments[at];
    }

    /**
     * {@return the number that is the value of the argument before it}
     *
     * @throws IllegalArgumentException if there is none, or it is out of bounds
     */
    public static int number(String[] arguments, int at, int least, int most) {
        String text = value(arguments, at);
        if (!text.matches("[0-9]{1,7}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
            throw new IllegalArgumentException(
                    arguments[at - 1] + " is '" + text + "', expected a number from " + least + " to " + most);
        }
        return Integer.parseInt(text);
    }
}
