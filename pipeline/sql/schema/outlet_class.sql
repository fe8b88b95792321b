-- Outlet names that articles carry, with the plan's class of outlets.
CREATE TABLE IF NOT EXISTS outlet_class (outlet VARCHAR NOT NULL, class VARCHAR);
