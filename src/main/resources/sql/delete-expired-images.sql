-- Pictures that were stored longer ago than those of their kind are kept; 0 hours keep them for ever.
DELETE FROM images WHERE id IN (
    SELECT id FROM (
        SELECT id, created_at, CASE kind
            WHEN 'uploaded' THEN CAST(:#uploads AS integer) ELSE CAST(:#generated AS integer) END AS hours
        FROM images
    ) AS kept
    WHERE hours > 0 AND created_at < now() - make_interval(hours => hours)
    ORDER BY created_at LIMIT 1000
)
