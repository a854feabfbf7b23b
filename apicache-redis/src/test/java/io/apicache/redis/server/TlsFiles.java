package io.apicache.redis.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate authority with two server certificates, one for this host and one for another, as files for Redis and
 * for its clients; made with the JDK's own keytool, valid for two days, deleted with {@link #close()}.
 */
public final class TlsFiles implements AutoCloseable {

    /** Protects the stores. */
    public static final String PASSWORD = "changeit";

    private final Path directory = Leftovers.newDirectory("tls");

    private TlsFiles() {}

    public static TlsFiles create() {
        TlsFiles files = new TlsFiles();
        try {
            files.generate();
            return files;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            files.close();
            throw new IllegalStateException("no certificates for the tests", e);
        }
    }

    /** The authority's certificate, PEM. */
    public Path ca() {
        return directory.resolve("ca.crt");
    }

    /** The certificate for 127.0.0.1 and localhost, PEM. */
    public Path certificate() {
        return directory.resolve("here.crt");
    }

    /** The private key of {@link #certificate()}, PEM. */
    public Path key() {
        return directory.resolve("here.key");
    }

    /** A certificate of the same authority for elsewhere.example, PEM. */
    public Path otherCertificate() {
        return directory.resolve("elsewhere.crt");
    }

    /** The private key of {@link #otherCertificate()}, PEM. */
    public Path otherKey() {
        return directory.resolve("elsewhere.key");
    }

    /** A PKCS12 store that trusts the authority and nobody else. */
    public Path truststore() {
        return directory.resolve("truststore.p12");
    }

    /** Sockets that trust the authority and do not look at host names. */
    SocketFactory socketFactory() {
        try (InputStream in = Files.newInputStream(truststore())) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        Leftovers.delete(directory);
    }

    private void generate() throws IOException, GeneralSecurityException {
        keytool("ca", "-ext", "bc:c=ca:true", "-ext", "ku:c=keyCertSign");
        keytool("here", "-signer", "ca", "-ext", "san=ip:127.0.0.1,dns:localhost");
        keytool("elsewhere", "-signer", "ca", "-ext", "san=dns:elsewhere.example");
        KeyStore made = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve("all.p12"))) {
            made.load(in, PASSWORD.toCharArray());
        }
        for (String name : List.of("ca", "here", "elsewhere")) {
            writePem(name + ".crt", "CERTIFICATE", made.getCertificate(name).getEncoded());
            Key key = made.getKey(name, PASSWORD.toCharArray());
            writePem(name + ".key", "PRIVATE KEY", key.getEncoded());
        }
        writeTruststore(made.getCertificate("ca"));
    }

    private void keytool(String name, String... more) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        line.addAll(List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name));
        line.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2"));
        // A clock that runs behind must not find certificates of the future.
        line.addAll(List.of("-startdate", "-1d"));
        line.addAll(List.of("-keystore", directory.resolve("all.p12").toString()));
        line.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
        line.addAll(List.of(more));
        Tool.run(line).orFail();
    }

    private void writePem(String file, String what, byte[] bytes) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(
                directory.resolve(file), "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n");
    }

    private void writeTruststore(Certificate authority) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", authority);
        try (OutputStream out = Files.newOutputStream(truststore())) {
            store.store(out, PASSWORD.toCharArray());
        }
    }
}
