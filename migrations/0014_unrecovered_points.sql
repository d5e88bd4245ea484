-- A name that says what it is: points of an order that stayed on former customers' accounts because they had been spent.
ALTER TABLE orders RENAME COLUMN left_behind_points TO unrecovered_points;
