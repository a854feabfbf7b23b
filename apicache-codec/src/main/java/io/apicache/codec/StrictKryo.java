package io.apicache.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.SerializerFactory.BaseSerializerFactory;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.util.DefaultClassResolver;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/** A Kryo that knows registered classes only, and never looks one up by a name that comes with the data. */
final class StrictKryo extends Kryo {

    private final Class<?> root;

    StrictKryo(Class<?> root, int maxDepth, boolean references) {
        super(new IdsOnly(), references ? new SharedParts() : null);
        this.root = root;
        setRegistrationRequired(true);
        setMaxDepth(maxDepth);
        // What Kryo remembers about generics after an exception has poisoned reused instances; and our serializers do
        // not use it.
        setOptimizedGenerics(false);
        setDefaultSerializer(new BaseSerializerFactory<CheckedFieldSerializer<?>>() {
            @Override
            @SuppressWarnings({"rawtypes", "unchecked"}) // so it stands in Kryo
            public CheckedFieldSerializer<?> newSerializer(Kryo kryo, Class type) {
                return new CheckedFieldSerializer<>(kryo, type);
            }
        });
        JdkTypes.register(this);
    }

    @Override
    @SuppressWarnings("rawtypes") // so it stands in Kryo
    protected String unregisteredClassMessage(@Nullable Class type) {
        throw new UnregisteredClassException(root, type == null ? Void.class : type);
    }

    @Override
    @SuppressWarnings("unchecked") // it makes instances of the type
    public <T> T newInstance(Class<T> type) {
        Constructor<?> bare = Instances.of(type);
        if (bare == null) {
            return super.newInstance(type);
        }
        try {
            return (T) bare.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new KryoException(e);
        }
    }

    /** What Kryo does with a class that nobody registered. It goes through to the caller as it is. */
    static final class UnregisteredClassException extends RefusedException {

        private static final long serialVersionUID = 1L;

        UnregisteredClassException(Class<?> root, Class<?> type) {
            super(type.getName() + " is not registered. " + advice(root, type));
        }

        private static boolean canBeNamed(Class<?> type) {
            return Modifier.isPublic(type.getModifiers()) && type.getModule().isExported(type.getPackageName());
        }

        private static String advice(Class<?> root, Class<?> type) {
            if (OwnTypes.isOfTheJdk(type) && !(canBeNamed(type) && OwnTypes.isAccepted(type))) {
                String serializer = "KryoCodec.builder(" + root.getSimpleName() + ".class).register(id, "
                        + type.getSimpleName() + ".class, serializer)";
                return "Copy it into a type of the JDK that codecs know, such as List.copyOf"
                        + (canBeNamed(type) ? ", or give it a serializer: " + serializer : "");
            }
            return "Add it: KryoCodec.of(" + root.getSimpleName() + ".class, ..., " + type.getSimpleName()
                    + ".class), always at the end, or with an id of its own: KryoCodec.builder(" + root.getSimpleName()
                    + ".class).register(id, " + type.getSimpleName() + ".class)";
        }
    }

    /** Kryo would load a class by its name before it finds that it is not registered. */
    private static final class IdsOnly extends DefaultClassResolver {
        @Override
        protected Registration readName(Input input) {
            throw new KryoException("a class name in place of an id");
        }
    }
}
