package io.inference.image.link;

import io.inference.api.call.Caller;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** In memory; all pictures that are added belong to one owner. */
final class MemoryLinkStore implements LinkStore {
    final Map<Long, byte[]> secrets = new HashMap<>();
    final Map<UUID, Integer> versions = new HashMap<>();
    final Map<UUID, Caller> owners = new HashMap<>();

    @Override
    public Optional<byte[]> secret(long period) {
        return Optional.ofNullable(secrets.get(period));
    }

    @Override
    public byte[] secretOrNew(long period, byte[] fresh, long oldest) {
        secrets.keySet().removeIf(old -> old < oldest);
        return secrets.computeIfAbsent(period, absent -> fresh);
    }

    @Override
    public int version(UUID image) {
        return versions.getOrDefault(image, 0);
    }

    @Override
    public Optional<Owner> owner(UUID image) {
        return Optional.ofNullable(owners.get(image)).map(owner -> new Owner(owner, version(image)));
    }

    @Override
    public void revoke(UUID image) {
        versions.merge(image, 1, Integer::sum);
    }
}
