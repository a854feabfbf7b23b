package io.apicache.redis;

import io.lettuce.core.RedisClient;
import io.netty.util.Version;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks which Lettuce and which Netty an application brings along: its framework often pins both. A version that does not fit is named
 * with its remedy, before a class that it lacks is touched.
 *
 * <p><b>Thread-safety:</b> immutable.
 */
final class ClientVersion {

    private static final int OLDEST_MAJOR = 6;
    private static final int OLDEST_MINOR = 4;

    /** From here on the client is built on classes of Netty 4.2. */
    private static final int MAJOR_ON_NETTY_4_2 = 7;

    /** Runs on Netty 4.1 and on 4.2. */
    private static final String ADVISED = "6.8.2.RELEASE";

    private static final String ADVISED_NETTY = "4.2.20.Final";
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\..*");

    private ClientVersion() {}

    /** Read once, by the class loader that has the client. */
    private static final class Found {
        static final @Nullable String FAULT = fault(lettuce(), netty(), hasNetty42());
    }

    /**
     * Accepts the client on the class path, or says what to change.
     *
     * @throws IllegalStateException if the client cannot work; the message has the line of the pom that mends it
     */
    static void requireFit() {
        String fault = Found.FAULT;
        if (fault != null) {
            throw new IllegalStateException(fault);
        }
    }

    /**
     * {@return what does not fit, with its remedy, or null}
     *
     * @param lettuce its version; null if its archive does not say, as where it was repackaged
     * @param netty its version, or null likewise
     * @param netty42 whether there are the classes that came with 4.2
     */
    static @Nullable String fault(@Nullable String lettuce, @Nullable String netty, boolean netty42) {
        Matcher numbers = NUMBERS.matcher(lettuce == null ? "" : lettuce);
        if (!numbers.matches()) {
            return null; // not known: the start-up check tries every move
        }
        int major = Integer.parseInt(numbers.group(1));
        int minor = Integer.parseInt(numbers.group(2));
        if (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR)) {
            return "the Redis client is too old: Lettuce " + lettuce + " is on the class path, and " + OLDEST_MAJOR
                    + "."
                    + OLDEST_MINOR + " or later is needed. Add " + dependency("io.lettuce", "lettuce-core", ADVISED)
                    + " to <dependencyManagement>; with Spring Boot's parent set the property <lettuce.version>"
                    + ADVISED
                    + "</lettuce.version>";
        }
        if (major >= MAJOR_ON_NETTY_4_2 && !netty42) {
            return "Lettuce " + lettuce + " needs Netty 4.2 or later, and Netty "
                    + (netty == null ? "of an earlier version" : netty) + " is on the class path. Add "
                    + dependency("io.lettuce", "lettuce-core", ADVISED)
                    + " to <dependencyManagement>, which runs on Netty"
                    + " 4.1; or set Netty's version, with Spring Boot's parent by the property <netty.version>"
                    + ADVISED_NETTY + "</netty.version>";
        }
        return null;
    }

    private static String dependency(String group, String artifact, String version) {
        return "<dependency><groupId>" + group + "</groupId><artifactId>" + artifact + "</artifactId><version>"
                + version + "</version></dependency>";
    }

    /** A package of a named module has no version: the archive's own list has. */
    private static @Nullable String lettuce() {
        try (InputStream in =
                RedisClient.class.getResourceAsStream("/META-INF/maven/io.lettuce/lettuce-core/pom.properties")) {
            if (in != null) {
                Properties properties = new Properties();
                properties.load(in);
                return properties.getProperty("version");
            }
        } catch (IOException | IllegalArgumentException e) {
            // Not known, then.
        }
        Package core = RedisClient.class.getPackage();
        return core == null ? null : core.getImplementationVersion();
    }

    private static @Nullable String netty() {
        Version transport = Version.identify(RedisClient.class.getClassLoader()).get("netty-transport");
        return transport == null ? null : transport.artifactVersion();
    }

    private static boolean hasNetty42() {
        try {
            Class.forName("io.netty.channel.MultiThreadIoEventLoopGroup", false, RedisClient.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
