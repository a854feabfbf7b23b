package io.apicache.examples.dashboard;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A browser without a window, driven by its own protocol. */
final class Chromium implements AutoCloseable {

    private static final Pattern ID = Pattern.compile("^\\{\"id\":(\\d+)");
    private static final Pattern VALUE = Pattern.compile("\"value\":\"([^\"]*)\"");
    private static final Pattern DATA = Pattern.compile("\"data\":\"([^\"]*)\"");
    private static final Pattern TAB = Pattern.compile("\"webSocketDebuggerUrl\": *\"(ws://[^\"]+/page/[^\"]+)\"");

    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger commands = new AtomicInteger();
    private final Map<Integer, CompletableFuture<String>> answers = new ConcurrentHashMap<>();
    private final Process process;
    private final WebSocket tab;

    /** Starts one, with an empty directory for its profile. */
    Chromium(Path executable, Path profile) throws IOException, InterruptedException {
        process = new ProcessBuilder(
                        executable.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--hide-scrollbars",
                        "--window-size=1000,1180",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        tab = http.newWebSocketBuilder()
                .buildAsync(tab(profile.resolve("DevToolsActivePort")), new Answers())
                .join();
    }

    static Optional<Path> onThePath() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(directory -> Path.of(directory, "chromium"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** {@return the address of the tab that it starts with} */
    private URI tab(Path portFile) throws IOException, InterruptedException {
        Site.await(() -> !process.isAlive() || !firstLine(portFile).isEmpty());
        if (!process.isAlive()) {
            throw new IOException("the browser ended by itself with exit code " + process.exitValue());
        }
        URI tabs = URI.create("http://127.0.0.1:" + firstLine(portFile) + "/json/list");
        while (true) {
            String body = http.send(HttpRequest.newBuilder(tabs).build(), BodyHandlers.ofString())
                    .body();
            Matcher address = TAB.matcher(body);
            if (address.find()) {
                return URI.create(address.group(1));
            }
        }
    }

    private static String firstLine(Path file) {
        try {
            return Files.exists(file)
                    ? Files.readString(file).lines().findFirst().orElse("")
                    : "";
        } catch (IOException e) {
            return ""; // it is just being written
        }
    }

    void open(URI page) {
        command("Page.navigate", "{\"url\":\"" + page + "\"}");
    }

    /** {@return the value of a script as text, or nothing while the page changes} The script has no double quotes. */
    String evaluate(String script) {
        Matcher value = VALUE.matcher(command("Runtime.evaluate", "{\"expression\":\"String(" + script + ")\"}"));
        return value.find() ? value.group(1) : "";
    }

    byte[] screenshot() {
        Matcher data = DATA.matcher(command("Page.captureScreenshot", "{\"format\":\"png\"}"));
        if (!data.find()) {
            throw new IllegalStateException("the browser made no picture");
        }
        return Base64.getDecoder().decode(data.group(1));
    }

    private String command(String method, String parameters) {
        int id = commands.incrementAndGet();
        CompletableFuture<String> answer = new CompletableFuture<>();
        answers.put(id, answer);
        tab.sendText("{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + parameters + "}", true)
                .join();
        return answer.join();
    }

    /** Messages come in pieces; those without the number of a command are events, which nobody waits for. */
    private final class Answers implements WebSocket.Listener {

        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence piece, boolean last) {
            message.append(piece);
            if (last) {
                Matcher id = ID.matcher(message);
                CompletableFuture<String> answer = id.find() ? answers.remove(Integer.valueOf(id.group(1))) : null;
                if (answer != null) {
                    answer.complete(message.toString());
                }
                message.setLength(0);
            }
            from.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            answers.values().forEach(answer -> answer.completeExceptionally(error));
        }
    }

    @Override
    public void close() {
        tab.abort();
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(each -> each.onExit().join()); // or they would still write to the profile while it is deleted
    }
}
