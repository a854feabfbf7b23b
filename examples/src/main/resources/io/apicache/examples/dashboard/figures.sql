-- One row per day and region. The work is real: every sale is joined with the earlier ones of its customer.
WITH sale_in_context AS (
    SELECT sold_on, region, cents,
           EXISTS (SELECT 1
                     FROM sale earlier
                    WHERE earlier.customer = sale.customer
                      AND earlier.sold_on < sale.sold_on
                      AND earlier.sold_on >= DATEADD(DAY, -7, sale.sold_on)) AS is_repeat
      FROM sale
), region_by_day AS (
    SELECT sold_on, region,
           SUM(cents) AS cents,
           COUNT(*) AS orders,
           COUNT(*) FILTER (WHERE is_repeat) AS repeats,
           PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY cents) AS median,
           PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY cents) AS p95
      FROM sale_in_context
     GROUP BY sold_on, region
)
SELECT sold_on, region, cents, orders, repeats, median, p95,
       AVG(cents) OVER (PARTITION BY region ORDER BY sold_on ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS week_average
  FROM region_by_day
 ORDER BY sold_on, region
