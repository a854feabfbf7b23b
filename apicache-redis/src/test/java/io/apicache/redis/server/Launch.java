package io.apicache.redis.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is started: an executable with arguments that win over the defaults, perhaps a configuration file, perhaps TLS.
 *
 * @param configuration the text of the file, or {@code null} for none
 * @param tls the certificates of a server that speaks TLS only, or {@code null}
 */
record Launch(Path executable, List<String> arguments, String configuration, TlsFiles tls) {

    static Launch of(String... arguments) {
        return new Launch(RedisServers.executable(), List.of(arguments), null, null);
    }

    /** Of this name, the value that counts: the last one, or {@code null}. */
    String argument(String name) {
        int at = arguments.lastIndexOf(name);
        return at < 0 ? null : arguments.get(at + 1);
    }

    List<String> commandLine(int port, Path directory, Path file) {
        List<String> line = new ArrayList<>();
        line.add(executable.toString());
        if (configuration != null) {
            line.add(file.toString());
        }
        line.addAll(List.of("--bind", "127.0.0.1", "--dir", directory.toString()));
        line.addAll(List.of("--save", "", "--appendonly", "no"));
        line.addAll(tls == null ? List.of("--port", "" + port) : tlsArguments(port));
        line.addAll(arguments);
        return line;
    }

    private List<String> tlsArguments(int port) {
        List<String> line = new ArrayList<>(List.of("--port", "0", "--tls-port", "" + port));
        line.addAll(List.of("--tls-ca-cert-file", tls.ca().toString(), "--tls-auth-clients", "no"));
        if (!arguments.contains("--tls-cert-file")) {
            line.addAll(List.of("--tls-cert-file", tls.certificate().toString()));
            line.addAll(List.of("--tls-key-file", tls.key().toString()));
        }
        return line;
    }
}
