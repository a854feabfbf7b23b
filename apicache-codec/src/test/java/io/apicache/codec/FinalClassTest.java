package io.apicache.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apicache.Codec;
import io.apicache.CorruptRecordException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Kryo writes a value of a final class without its class: a program in which the class is final reads other bytes. */
class FinalClassTest {

    private static final String LINE = EvolvingLine.class.getName();
    private static final String ANSWER = EvolvingAnswer.class.getName();

    /** Has classes of its own, one of them final. */
    private static final class Later extends ClassLoader {

        Later() {
            super(EvolvingLine.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(LINE) && !name.startsWith(ANSWER)) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            return known != null ? known : define(name);
        }

        private Class<?> define(String name) {
            try (InputStream in =
                    EvolvingLine.class.getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class")) {
                byte[] bytes = in.readAllBytes();
                if (name.equals(LINE)) {
                    int at = accessFlags(bytes);
                    bytes[at + 1] |= Modifier.FINAL;
                }
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** {@return where the flags of a class stand: behind its pool of constants} */
    private static int accessFlags(byte[] bytes) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(bytes).position(8);
        int constants = Short.toUnsignedInt(in.getShort());
        for (int i = 1; i < constants; i++) {
            int tag = in.get();
            switch (tag) {
                case 1 -> in.position(in.position() + 2 + Short.toUnsignedInt(in.getShort(in.position())));
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.position(in.position() + 4);
                case 5, 6 -> {
                    in.position(in.position() + 8);
                    i++;
                }
                case 7, 8, 16, 19, 20 -> in.position(in.position() + 2);
                case 15 -> in.position(in.position() + 3);
                default -> throw new IOException("no constant: " + tag);
            }
        }
        return in.position();
    }

    @SuppressWarnings("unchecked")
    private static Codec<Object> codec(ClassLoader loader) throws ReflectiveOperationException {
        Class<Object> answer = (Class<Object>) Class.forName(ANSWER, false, loader);
        return KryoCodec.builder(answer)
                .register(200, Class.forName(LINE, false, loader))
                .build();
    }

    private static Object sample(ClassLoader loader) throws ReflectiveOperationException {
        Constructor<?> constructor =
                Class.forName(ANSWER + "$Sample", true, loader).getDeclaredConstructor();
        constructor.setAccessible(true);
        return ((Supplier<?>) constructor.newInstance()).get();
    }

    @Test
    @DisplayName("E4 B1 a record is not read by a program in which a class of it is final, nor the other way round")
    void aClassThatBecameFinal() throws Exception {
        ClassLoader now = EvolvingLine.class.getClassLoader();
        ClassLoader later = new Later();
        assertThat(Class.forName(LINE, false, later).getModifiers()).matches(Modifier::isFinal);
        byte[] old = codec(now).encode(sample(now));
        byte[] young = codec(later).encode(sample(later));

        assertThat(codec(now).decode(old)).isInstanceOf(EvolvingAnswer.class);
        assertThatThrownBy(() -> codec(later).decode(old))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining("schema");
        assertThatThrownBy(() -> codec(now).decode(young))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining("schema");
    }
}
