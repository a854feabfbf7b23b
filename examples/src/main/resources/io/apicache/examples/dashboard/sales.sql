-- Sales of 60 days, as many as the variable says. The same seed gives the same sales.
CALL RAND(20260630);

CREATE TABLE sale (
    sold_on  DATE NOT NULL,
    region   VARCHAR(16) NOT NULL,
    customer INT NOT NULL,
    cents    BIGINT NOT NULL
) AS
SELECT DATEADD(DAY, day_number, DATE '2026-05-02'),
       ARRAY['North', 'South', 'East', 'West', 'Online'][region_number],
       customer,
       EXP(6.5 + 2.5 * size) * (0.7 + 0.1 * region_number)
           * CASE WHEN region_number = 5 THEN 1 + 0.012 * day_number ELSE 1 - 0.002 * day_number END
           * CASE MOD(day_number, 7) WHEN 1 THEN 0.55 WHEN 0 THEN 0.8 ELSE 1 END
  FROM (SELECT CAST(FLOOR(60 * RAND()) AS INT) AS day_number,
               CAST(1 + FLOOR(5 * POWER(RAND(), 0.9)) AS INT) AS region_number,
               CAST(FLOOR(@sales / 5 * RAND()) AS INT) AS customer,
               RAND() AS size
          FROM SYSTEM_RANGE(1, @sales));

CREATE INDEX sale_by_customer ON sale (customer, sold_on);
