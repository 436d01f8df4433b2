package io.inference.engine.template.builtins;

import io.inference.engine.template.operators.Repr;
import io.inference.engine.template.operators.Values;
import io.inference.engine.template.value.Args;
import io.inference.engine.template.value.Budget;
import io.inference.engine.template.value.Failure;
import io.inference.engine.template.value.Str;
import io.inference.engine.template.value.Undefined;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The filters, which follow {@code |}. */
public final class Filters {
    private static final Set<String> REFUSED = Set.of("pprint", "random", "striptags", "urlize", "xmlattr");
    private static final Set<String> NAMES = Set.of(
            ("abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape"
                            + " format groupby indent int items join last length list lower map max min reject"
                            + " rejectattr replace reverse round safe select selectattr slice sort string sum title"
                            + " tojson trim truncate unique upper urlencode wordcount wordwrap")
                    .split(" "));

    private final Budget budget;
    private final Lookup lookup;
    private final TextFilters texts;
    private final NumberFilters numbers;
    private final ListFilters lists;

    public Filters(Budget budget, Lookup lookup, Tests tests) {
        this.budget = budget;
        this.lookup = lookup;
        this.texts = new TextFilters(budget);
        this.numbers = new NumberFilters(budget);
        this.lists = new ListFilters(budget, lookup, tests, this);
    }

    /** Whether Jinja has a filter of that name, supported or not. */
    public static boolean isFilter(String name) {
        return NAMES.contains(name) || REFUSED.contains(name);
    }

    /**
     * Refuses an unsupported filter.
     *
     * @throws Failure naming it
     */
    public static void check(String name) {
        if (REFUSED.contains(name)) {
            throw Failure.unsupported("the filter '" + name + "'");
        }
        if (!NAMES.contains(name)) {
            throw new Failure(Failure.Kind.UNSUPPORTED, 0, "no filter named '" + name + "'");
        }
    }

    public Object apply(String name, Object value, Args args) {
        check(name);
        Object result = general(name, value, args);
        if (result == null) {
            budget.use(value);
        }
        result = result != null ? result : texts.apply(name, value, args);
        result = result != null ? result : numbers.apply(name, value, args);
        return result != null ? result : lists.apply(name, value, args);
    }

    private @Nullable Object general(String name, Object value, Args args) {
        return switch (name) {
            case "default", "d" -> {
                Args.Bound given = args.bind("default_value", "boolean");
                boolean missing =
                        value instanceof Undefined || (Values.truthy(given.get(1, false)) && !Values.truthy(value));
                yield missing ? given.get(0, Str.EMPTY) : value;
            }
            case "tojson" -> Json.dumps(value, args, budget);
            case "length", "count" -> {
                args.bind();
                yield Values.length(value);
            }
            case "attr" ->
                lookup.methodOrAttribute(value, args.bind("name").string(0).text());
            case "string" -> {
                args.bind();
                yield Repr.text(value, budget);
            }
            default -> null;
        };
    }
}
