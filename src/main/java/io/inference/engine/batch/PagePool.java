package io.inference.engine.batch;

import static io.inference.engine.tensor.KvLayout.PAGE_TOKENS;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The pages of keys and values that all sequences share. A full page can be found by the tokens in it and in its
 * predecessors, so that a prompt with the same beginning as an earlier one starts after the common part. An unused page
 * can be found until its memory is needed; the least recently used is reused first. Memory is allocated when pages are
 * first needed, and kept. For one thread.
 */
final class PagePool {
    private final IntConsumer allocate;
    private final int maxPages;
    private final Deque<Page> free = new ArrayDeque<>();
    private final LinkedHashSet<Page> idle = new LinkedHashSet<>(); // found by key, not in use; oldest first
    private final Map<PrefixKey, Page> published = new HashMap<>();
    private int allocated;
    private long lastId;

    /** @param allocate makes the memory of the page of a number available; may throw {@link OutOfMemoryError} */
    PagePool(IntConsumer allocate, int maxPages) {
        this.allocate = allocate;
        this.maxPages = maxPages;
    }

    /** Number of pages that can be taken now. */
    int available() {
        return maxPages - inUse();
    }

    /** Number of pages in use. */
    int inUse() {
        return allocated - free.size() - idle.size();
    }

    /** An empty page for one sequence, or null if all are in use. */
    @Nullable
    Page take() {
        Page page = free.poll();
        if (page == null && allocated < maxPages) {
            allocate.accept(allocated);
            page = new Page(allocated++);
        }
        if (page == null && !idle.isEmpty()) {
            page = idle.removeFirst();
            published.remove(page.key);
            page.key = null;
        }
        if (page != null) {
            page.id = ++lastId;
            page.users = 1;
        }
        return page;
    }

    /**
     * The pages that contain the beginning of {@code tokens}, at most its first {@code limit}; increments the number of
     * users of each.
     */
    List<Page> match(int[] tokens, int limit) {
        List<Page> found = new ArrayList<>();
        long previous = 0;
        for (int end = PAGE_TOKENS; end <= limit; end += PAGE_TOKENS) {
            Page page = published.get(PrefixKey.of(previous, tokens, end - PAGE_TOKENS, end));
            if (page == null) {
                break;
            }
            if (page.users++ == 0) {
                idle.remove(page);
            }
            found.add(page);
            previous = page.id;
        }
        return found;
    }

    /** Makes a full page findable, unless another one with the same contents is. */
    void publish(Page page, long previous, int[] tokens, int from) {
        PrefixKey key = PrefixKey.of(previous, tokens, from, from + PAGE_TOKENS);
        if (page.key == null && published.putIfAbsent(key, page) == null) {
            page.key = key;
        }
    }

    /** Returns a sequence's pages; the last first, so that beginnings are kept longer than what followed them. */
    void release(List<Page> pages) {
        for (Page page : pages.reversed()) {
            if (--page.users > 0) {
                continue;
            }
            if (page.key == null) {
                free.add(page);
            } else {
                idle.add(page);
            }
        }
    }
}
