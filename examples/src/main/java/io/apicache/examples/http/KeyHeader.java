package io.apicache.examples.http;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a request says in its {@code Idempotency-Key} field: a string as of RFC 9651, in quotes, whose parameters mean nothing here; or
 * the same key without quotes, as many clients send it. Both ways give the same key.
 */
public sealed interface KeyHeader {

    /** The name of the field. */
    String NAME = "Idempotency-Key";

    /** The longest key that is accepted, in characters. */
    int LONGEST = 255;

    /** No such field. */
    record Absent() implements KeyHeader {}

    /** A field that cannot be read; the reason shows nothing of it. */
    record Malformed(String reason) implements KeyHeader {}

    /** A key. */
    record Present(String key) implements KeyHeader {}

    /**
     * Reads the field.
     *
     * @param values one for each line of the request with this name
     */
    static KeyHeader of(List<String> values) {
        if (values.isEmpty()) {
            return new Absent();
        }
        if (values.size() > 1) {
            return new Malformed("it was sent more than once");
        }
        String value = values.get(0).strip();
        if (value.length() > Syntax.LONGEST_VALUE) {
            return new Malformed("it is too long");
        }
        Matcher bare = Syntax.BARE.matcher(value);
        Matcher quoted = Syntax.QUOTED.matcher(value);
        if (!bare.matches() && !quoted.matches()) {
            return new Malformed("it is not a string in quotes, such as \"8e03978e-40d5-43dd-bc93-6894a57f9324\"");
        }
        String key = bare.matches() ? value : quoted.group(1).replaceAll("\\\\(.)", "$1");
        if (key.isBlank() || key.length() > LONGEST) {
            return new Malformed("it must have 1 to " + LONGEST + " characters, not all of them spaces");
        }
        return new Present(key);
    }

    /**
     * Writes the field.
     *
     * @param key of printable ASCII characters; others make a field that is malformed
     * @return the value to send
     */
    static String quoted(String key) {
        return '"' + key.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** The grammar. */
    final class Syntax {

        /** Checked before any pattern sees the value: patterns with groups take stack for each character. */
        private static final int LONGEST_VALUE = 4 * LONGEST;

        private static final String STRING = "\"((?:[ !#-\\[\\]-~]|\\\\[\"\\\\])*)\"";
        private static final String ITEM = "(?:" + STRING
                + "|-?[0-9]{1,15}|-?[0-9]{1,12}\\.[0-9]{1,3}|[A-Za-z*][!#$%&'*+.^_`|~:/0-9A-Za-z-]*"
                + "|:[A-Za-z0-9+/=]*:|\\?[01])";
        private static final String PARAMETERS = "(?:;[ ]*[a-z*][a-z0-9_.*-]*(?:=" + ITEM + ")?)*";
        private static final Pattern QUOTED = Pattern.compile(STRING + PARAMETERS);

        /** No comma and no semicolon: a list, or parameters of something that is no string, is not taken for a key. */
        private static final Pattern BARE = Pattern.compile("[!#$%&'*+.^_`|~:/=@0-9A-Za-z-]+");

        private Syntax() {}
    }
}
