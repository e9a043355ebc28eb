package failover.protocol.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import failover.protocol.Bounds;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Holds the fields of a record that came by the wire to their {@link Within}. Any thread. */
final class WireBounds {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final MethodType GENERIC = MethodType.genericMethodType(1);
    /** Per type, once. */
    private static final ClassValue<Form> FORMS = new ClassValue<>() {
        @Override
        protected Form computeValue(Class<?> type) {
            return Form.of(type);
        }
    };

    private WireBounds() {
    }

    /** The same record, or one whose values were cut to their ranges; refused by the name of the field that lies outside. */
    static <T> T held(T record) throws GoJson.BadJson {
        return record == null || !record.getClass().isRecord() ? record : held(record, "");
    }

    private static <T> T held(T record, String prefix) throws GoJson.BadJson {
        Form form = FORMS.get(record.getClass());
        Object[] values = new Object[form.fields().size()];
        boolean changed = false;
        for (int i = 0; i < values.length; i++) {
            Field field = form.fields().get(i);
            Object given = invoke(field.read(), record);
            values[i] = given == null ? null : held(field, given, prefix + field.name());
            changed |= values[i] != given;
        }
        if (!changed) {
            return record;
        }
        @SuppressWarnings("unchecked")
        T cut = (T) invoke(form.make(), values);
        return cut;
    }

    private static Object held(Field field, Object given, String name) throws GoJson.BadJson {
        if (given instanceof Long number) {
            long value = field.range().number(number, name);
            return value == number ? given : (Object) value;
        }
        if (given instanceof String text) {
            return field.range().text(text, name);
        }
        if (given instanceof List<?> list) {
            return held(field, list, name);
        }
        return given.getClass().isRecord() ? held(given, name + ".") : given;
    }

    private static List<?> held(Field field, List<?> list, String name) throws GoJson.BadJson {
        if (list.size() > Bounds.MOST_LINES) {
            throw new GoJson.BadJson(name, name + " has more than " + Bounds.MOST_LINES + " entries");
        }
        List<Object> values = new ArrayList<>();
        boolean changed = false;
        for (Object each : list) {
            Object value = each == null ? null : held(field, each, name);
            values.add(value);
            changed |= value != each;
        }
        return changed ? values : list;
    }

    private static Object invoke(MethodHandle handle, Object argument) {
        try {
            return (Object) handle.invokeExact(argument);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** One field: its name on the wire, how to read it, and its range; {@code null} for what has fields of its own, or is true or false. */
    record Field(String name, MethodHandle read, Range range) {
    }

    /** The fields of a record, and how to make one. */
    record Form(List<Field> fields, MethodHandle make) {
        static Form of(Class<?> type) {
            try {
                List<Field> fields = new ArrayList<>();
                RecordComponent[] components = type.getRecordComponents();
                for (RecordComponent each : components) {
                    JsonProperty named = each.getAccessor().getAnnotation(JsonProperty.class);
                    Within within = each.getAnnotation(Within.class);
                    fields.add(new Field(named == null ? each.getName() : named.value(), LOOKUP.unreflect(each.getAccessor())
                            .asType(GENERIC), within == null ? null : within.value()));
                }
                Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
                return new Form(List.copyOf(fields), LOOKUP.unreflectConstructor(type.getDeclaredConstructor(types))
                        .asSpreader(Object[].class, types.length).asType(GENERIC));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(type + " is no record of the wire", e);
            }
        }
    }
}
