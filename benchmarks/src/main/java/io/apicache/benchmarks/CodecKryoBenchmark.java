package io.apicache.benchmarks;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.apicache.Codec;
import io.apicache.codec.KryoCodec;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Writing and reading a response with the codec, against a bare Kryo whose instance and buffers are reused. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // by JMH, which calls setup first
public class CodecKryoBenchmark {

    /** About how many bytes a response takes. */
    @Param({"1000", "10000", "100000"})
    public int bytes;

    private final Kryo kryo = new Kryo();
    private final Output output = new Output(4096, -1);
    private final Input input = new Input();
    private final Codec<CodecOrder> codec = KryoCodec.of(CodecOrder.class, CodecOrder.Line.class);
    private CodecOrder order;
    private byte[] bare;
    private byte[] enveloped;

    /** Writes what is to be read. */
    @Setup
    public void fill() {
        for (Class<?> type : new Class<?>[] {
            CodecOrder.class,
            CodecOrder.Line.class,
            ArrayList.class,
            LinkedHashMap.class,
            Instant.class,
            BigDecimal.class
        }) {
            kryo.register(type);
        }
        order = CodecOrder.ofBytes(bytes);
        bare = baselineKryoWrite();
        enveloped = codec.encode(order);
    }

    /** {@return the baseline of writing} */
    @Benchmark
    public byte[] baselineKryoWrite() {
        output.reset();
        kryo.writeClassAndObject(output, order);
        return output.toBytes();
    }

    /** {@return a response, written} */
    @Benchmark
    public byte[] write() {
        return codec.encode(order);
    }

    /** {@return the baseline of reading} */
    @Benchmark
    public Object baselineKryoRead() {
        input.setBuffer(bare);
        return kryo.readClassAndObject(input);
    }

    /** {@return a response, read} */
    @Benchmark
    public Object read() {
        return codec.decode(enveloped);
    }
}
