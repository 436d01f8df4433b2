package io.inference.models;

import io.inference.api.backend.ModelInfo;
import io.inference.api.backend.ModelNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * Which backends have a model, by every name that callers may use for it: made once for each change of a list, so that
 * a request looks up one name, however many backends there are.
 */
final class ModelIndex {
    /** Models of texts. */
    private final Map<String, Having> byName;
    /** Models of pictures; the empty name stands for any. */
    private final Map<String, Having> imagesByName;

    private ModelIndex(Map<String, Having> byName, Map<String, Having> imagesByName) {
        this.byName = byName;
        this.imagesByName = imagesByName;
    }

    /** A model as one backend lists it. */
    record Member(LiveBackend backend, ModelInfo model) {
        /** Whether its backend is available and does not have to load the model first. */
        boolean answers() {
            return model.state() != ModelInfo.State.UNAVAILABLE && model.state() != ModelInfo.State.LOADING;
        }
    }

    /**
     * The backends that have one model.
     *
     * @param tiers one for each priority: those of the available backends, then those of the others
     * @param fixed all in order, if no weight makes the order a matter of chance
     * @param lacking whether some of them cannot do everything
     */
    record Having(List<List<Member>> tiers, List<Member> fixed, boolean weighted, boolean lacking) {
        static Having of(List<Member> members) {
            List<Member> sorted = members.stream()
                    .sorted(Comparator.comparing((Member member) -> !member.answers())
                            .thenComparing(member -> member.backend().entry().priority()))
                    .toList();
            Map<List<Object>, List<Member>> tiers = sorted.stream()
                    .collect(Collectors.groupingBy(
                            member -> List.of(
                                    member.answers(), member.backend().entry().priority()),
                            LinkedHashMap::new,
                            Collectors.toList()));
            return new Having(
                    List.copyOf(tiers.values()),
                    sorted,
                    tiers.values().stream().anyMatch(Having::isWeighted),
                    members.stream()
                            .anyMatch(
                                    member -> !member.backend().entry().lacks().isEmpty()));
        }

        private static boolean isWeighted(List<Member> tier) {
            return tier.size() > 1
                    && tier.stream().anyMatch(member -> member.backend().entry().weight() != null);
        }

        List<Member> inOrder() {
            if (!weighted) {
                return fixed;
            }
            List<Member> order = new ArrayList<>(fixed.size());
            tiers.forEach(tier -> order.addAll(isWeighted(tier) ? drawn(tier) : tier));
            return order;
        }

        /** Draws one after another, each in proportion to its weight. */
        private static List<Member> drawn(List<Member> tier) {
            List<Member> left = new ArrayList<>(tier);
            List<Member> order = new ArrayList<>(tier.size());
            long sum = left.stream().mapToLong(Having::weight).sum();
            while (!left.isEmpty()) {
                long at = ThreadLocalRandom.current().nextLong(sum);
                int chosen = 0;
                while (at >= weight(left.get(chosen))) {
                    at -= weight(left.get(chosen));
                    chosen++;
                }
                Member member = left.remove(chosen);
                sum -= weight(member);
                order.add(member);
            }
            return order;
        }

        private static int weight(Member member) {
            Integer weight = member.backend().entry().weight();
            return weight == null ? 1 : weight;
        }
    }

    private static final Having NONE = new Having(List.of(), List.of(), false, false);

    /** @param backends in the order of preference among equals */
    static ModelIndex of(List<LiveBackend> backends) {
        return new ModelIndex(byName(backends, false), byName(backends, true));
    }

    private static Map<String, Having> byName(List<LiveBackend> backends, boolean images) {
        Map<String, List<Member>> members = new HashMap<>();
        for (LiveBackend backend : backends) {
            if (backend.entry().kind().makesImages() != images) {
                continue;
            }
            Map<String, ModelInfo> byId = new LinkedHashMap<>();
            backend.listing().models().forEach(model -> byId.putIfAbsent(model.id(), model));
            Map<String, ModelInfo> byName = new LinkedHashMap<>(byId);
            byId.values().forEach(model -> byName.putIfAbsent(ModelNames.other(model.id()), model));
            if (images && !byId.isEmpty()) {
                byName.put("", byId.values().iterator().next());
            }
            byName.forEach((name, model) ->
                    members.computeIfAbsent(name, key -> new ArrayList<>(2)).add(new Member(backend, model)));
        }
        Map<String, Having> byName = HashMap.newHashMap(members.size());
        members.forEach((name, having) -> byName.put(name, Having.of(having)));
        return byName;
    }

    /** The backends that have a model of texts. */
    Having having(String name) {
        return byName.getOrDefault(name, NONE);
    }

    /** The backends that have a model of pictures; of an empty name, all that have any. */
    Having havingForImages(String name) {
        return imagesByName.getOrDefault(name, NONE);
    }

    boolean has(String name) {
        return byName.containsKey(name) || imagesByName.containsKey(name);
    }
}
