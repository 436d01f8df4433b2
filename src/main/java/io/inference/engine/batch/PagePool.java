package io.inference.engine.batch;

import static io.inference.engine.tensor.KvLayout.PAGE_TOKENS;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pages of keys and values that all sequences share. A full page can be found by the tokens it and its
 * predecessors hold, so that a prompt that begins like an earlier one starts behind what they have in common; a page
 * that nobody uses any more stays to be found until its memory is needed, the least recently used first. Memory is
 * taken as pages are first needed, and kept. For one thread.
 */
final class PagePool {
    private final int pageFloats;
    private final int maxPages;
    private final Deque<Page> free = new ArrayDeque<>();
    private final LinkedHashSet<Page> idle = new LinkedHashSet<>(); // found by key, used by nobody; oldest first
    private final Map<PrefixKey, Page> published = new HashMap<>();
    private int allocated;
    private long lastId;

    PagePool(int pageFloats, int maxPages) {
        this.pageFloats = pageFloats;
        this.maxPages = maxPages;
    }

    /** Pages that could be taken now. */
    int available() {
        return maxPages - inUse();
    }

    /** Pages that some sequence uses. */
    int inUse() {
        return allocated - free.size() - idle.size();
    }

    /** An empty page for one user, or null where all are in use. */
    @Nullable
    Page take() {
        Page page = free.poll();
        if (page == null && allocated < maxPages) {
            page = new Page(new float[pageFloats]);
            allocated++;
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

    /** The pages that hold the beginning of {@code tokens}, at most its first {@code limit}; each gets a user more. */
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

    /** Lets a page that is full be found, unless another one with the same contents is. */
    void publish(Page page, long previous, int[] tokens, int from) {
        PrefixKey key = PrefixKey.of(previous, tokens, from, from + PAGE_TOKENS);
        if (page.key == null && published.putIfAbsent(key, page) == null) {
            page.key = key;
        }
    }

    /** Gives a sequence's pages back; the last first, so that beginnings outlive what followed them. */
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
