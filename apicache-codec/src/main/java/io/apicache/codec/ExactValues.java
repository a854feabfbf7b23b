package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.DefaultSerializers;
import com.esotericsoftware.kryo.serializers.ImmutableSerializer;
import com.esotericsoftware.kryo.serializers.TimeSerializers;
import java.net.URI;
import java.net.URISyntaxException;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.IllformedLocaleException;
import java.util.Locale;

/**
 * Values of which Kryo's own serializers lose a part. What those write right is written the same here. What they lose takes a form that
 * they cannot have written and do not read, so an older reader refuses it.
 */
final class ExactValues {

    private ExactValues() {}

    /** Dates with a zone. In a repeated hour the later offset follows the zone, behind a character that no zone contains. */
    static final class ZonedDateTimes extends ImmutableSerializer<ZonedDateTime> {

        private static final char OFFSET = '@';

        private final TimeSerializers.LocalDateTimeSerializer local = new TimeSerializers.LocalDateTimeSerializer();

        @Override
        public void write(Kryo kryo, Output output, ZonedDateTime time) {
            ZoneId zone = time.getZone();
            local.write(kryo, output, time.toLocalDateTime());
            boolean usual = zone.getRules().getOffset(time.toLocalDateTime()).equals(time.getOffset());
            if (!usual
                    && !ofInstant(time.toLocalDateTime(), time.getOffset(), zone)
                            .equals(time)) {
                throw new RefusedException(
                        ZonedDateTime.class, "has an offset that its zone does not have then", "use OffsetDateTime");
            }
            output.writeString(usual ? zone.getId() : zone.getId() + OFFSET + time.getOffset());
        }

        @Override
        public ZonedDateTime read(Kryo kryo, Input input, Class<? extends ZonedDateTime> type) {
            LocalDateTime time = local.read(kryo, input, LocalDateTime.class);
            String zone = input.readString();
            int at = zone.indexOf(OFFSET);
            return at < 0
                    ? ZonedDateTime.of(time, ZoneId.of(zone))
                    : ofInstant(time, ZoneOffset.of(zone.substring(at + 1)), ZoneId.of(zone.substring(0, at)));
        }

        private static ZonedDateTime ofInstant(LocalDateTime time, ZoneOffset offset, ZoneId zone) {
            return ZonedDateTime.ofInstant(time, offset, zone);
        }
    }

    /** Locales. One with a script or extensions is a null, which no language is, and its language tag. */
    static final class Locales extends ImmutableSerializer<Locale> {

        @Override
        public void write(Kryo kryo, Output output, Locale locale) {
            if (new Locale(locale.getLanguage(), locale.getCountry(), locale.getVariant()).equals(locale)) {
                output.writeString(locale.getLanguage());
                output.writeString(locale.getCountry());
                output.writeString(locale.getVariant());
                return;
            }
            String tag = locale.toLanguageTag();
            if (!Locale.forLanguageTag(tag).equals(locale)) {
                throw new RefusedException(
                        Locale.class, "has a script or extensions, and no language tag", "Locale.Builder makes one");
            }
            output.writeString(null);
            output.writeString(tag);
        }

        @Override
        public Locale read(Kryo kryo, Input input, Class<? extends Locale> type) {
            String language = input.readString();
            if (language != null) {
                return new Locale(language, input.readString(), input.readString());
            }
            try {
                return new Locale.Builder().setLanguageTag(input.readString()).build();
            } catch (IllformedLocaleException e) {
                throw new KryoException(e);
            }
        }
    }

    /** Points in time of a database, to the nanosecond. */
    static final class Timestamps extends Serializer<Timestamp> {

        private static final int MILLIS = 1_000;

        @Override
        public void write(Kryo kryo, Output output, Timestamp time) {
            long seconds = Math.floorDiv(time.getTime(), MILLIS);
            if (!of(seconds, time.getNanos()).equals(time)) {
                throw new RefusedException(Timestamp.class, "is beyond the years that it can name", "use Instant");
            }
            output.writeVarLong(seconds, true);
            output.writeVarInt(time.getNanos(), true);
        }

        @Override
        public Timestamp read(Kryo kryo, Input input, Class<? extends Timestamp> type) {
            return of(input.readVarLong(true), input.readVarInt(true));
        }

        private static Timestamp of(long seconds, int nanos) {
            Timestamp time = new Timestamp(seconds * MILLIS);
            time.setNanos(nanos);
            return time;
        }
    }

    /** URIs, as text. One that was made relative may have a text that means something else. */
    static final class Uris extends ImmutableSerializer<URI> {

        private final DefaultSerializers.URISerializer plain = new DefaultSerializers.URISerializer();

        @Override
        public void write(Kryo kryo, Output output, URI uri) {
            try {
                if (new URI(uri.toString()).equals(uri)) {
                    plain.write(kryo, output, uri);
                    return;
                }
            } catch (URISyntaxException e) {
                // refused below: the text may be a secret
            }
            throw new RefusedException(URI.class, "is not what its text means", "URI.create(text) has one meaning");
        }

        @Override
        public URI read(Kryo kryo, Input input, Class<? extends URI> type) {
            return plain.read(kryo, input, type);
        }
    }
}
