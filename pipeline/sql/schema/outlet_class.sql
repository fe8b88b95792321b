-- Outlet names that articles carry, with the plan's class of outlets, their level (key of points.yaml) and, of an
-- own site, the unit whose it is: what was handed in comes from no site that would say so.
CREATE TABLE IF NOT EXISTS outlet_class (outlet VARCHAR NOT NULL, class VARCHAR, level VARCHAR, unit VARCHAR);
