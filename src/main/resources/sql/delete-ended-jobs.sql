-- Jobs that ended longer ago than they are kept. A result that is still to be delivered is kept seven times as long.
DELETE FROM jobs WHERE id IN (
    SELECT id FROM jobs
    WHERE ended_at < now() - CAST(:#kept AS interval) AND batch_id IS NULL
        AND (delivery IS NULL OR delivered_at IS NOT NULL OR ended_at < now() - 7 * CAST(:#kept AS interval))
    ORDER BY ended_at LIMIT 1000
)
