package io.apicache.boot;

import io.apicache.ApiCache;
import io.apicache.Cached;
import io.apicache.Codec;
import io.apicache.FirstSeen;
import io.apicache.redis.RedisStore;
import io.apicache.redis.server.RedisProcess;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A Spring Boot application with a Redis store of its own and one on the client of Spring's connection factory. Does one job twice on each;
 * the exit code is 0 if each was done once.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
public class Application {

    @Bean(destroyMethod = "close")
    RedisStore ownClient(Environment environment) {
        return RedisStore.connect(environment.getRequiredProperty("app.redis"));
    }

    @Bean(destroyMethod = "close")
    RedisStore springsClient(Environment environment, LettuceConnectionFactory factory) {
        RedisURI uri = RedisURI.create(environment.getRequiredProperty("app.redis"));
        if (factory.getNativeClient() instanceof RedisClusterClient cluster) {
            return RedisStore.builder(cluster).prefix("spring").connect();
        }
        return RedisStore.builder((RedisClient) factory.getNativeClient(), uri)
                .prefix("spring")
                .connect();
    }

    /** Whether a job that is asked for twice is done once, and the second caller gets its response. */
    static boolean once(RedisStore store) {
        try (ApiCache<String> cache =
                ApiCache.over(store.as(Codec.utf8())).namespace("boot").build()) {
            return cache.receiveAndWait("job", Duration.ofMinutes(1)) instanceof FirstSeen<String> owner
                    && handled(owner)
                    && cache.receiveAndWait("job", Duration.ofMinutes(1)) instanceof Cached<String> cached
                    && cached.response().equals("done");
        }
    }

    private static boolean handled(FirstSeen<String> owner) {
        owner.handle("done");
        return true;
    }

    public static void main(String[] args) {
        boolean passed = false;
        try (RedisProcess redis = RedisProcess.start()) {
            SpringApplication application = new SpringApplication(Application.class);
            application.setDefaultProperties(Map.of(
                    "app.redis", redis.uri(),
                    "spring.data.redis.host", redis.host(),
                    "spring.data.redis.port", redis.port(),
                    "spring.main.banner-mode", "off"));
            try (ConfigurableApplicationContext context = application.run(args)) {
                passed = once(context.getBean("ownClient", RedisStore.class))
                        && once(context.getBean("springsClient", RedisStore.class));
            }
        }
        System.out.println(passed ? "each job was done once" : "a job was done twice, or its response was lost");
        System.exit(passed ? 0 : 1);
    }
}
