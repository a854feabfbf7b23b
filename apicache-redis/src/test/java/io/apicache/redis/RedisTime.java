package io.apicache.redis;

import io.apicache.redis.server.RedisServer;
import io.apicache.redis.server.RespConnection;
import io.apicache.spi.Time;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets time pass for the records under a prefix, without waiting: takes it off what they have left to live, and puts clocks forward. All
 * that a record means ends by what it has left, so to the store this is the same as waiting.
 */
final class RedisTime implements Time, AutoCloseable {

    private static final String SCRIPT = """
            for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
              local left = redis.call('PTTL', key) - tonumber(ARGV[2])
              if left > 0 then
                redis.call('PEXPIRE', key, left)
              else
                redis.call('DEL', key)
              end
            end
            """;

    private final AtomicLong passed = new AtomicLong();
    private final String pattern;
    private final List<RespConnection> masters = new ArrayList<>();

    RedisTime(List<? extends RedisServer> masters, String prefix) {
        this.pattern = prefix + ":*";
        try {
            for (RedisServer master : masters) {
                this.masters.add(master.connect());
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public long nanoTime() {
        return Time.system().nanoTime() + passed.get();
    }

    @Override
    public Instant instant() {
        return Time.system().instant().plusNanos(passed.get());
    }

    void pass(Duration by) {
        passed.addAndGet(by.toNanos());
        try {
            for (RespConnection master : masters) {
                master.command("EVAL", SCRIPT, "0", pattern, String.valueOf(by.toMillis()));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        for (RespConnection master : masters) {
            try {
                master.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
