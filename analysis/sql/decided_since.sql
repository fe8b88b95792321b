-- On which targets were decisions taken of which the edition knows nothing (or knew, and they are not used any more)?
SELECT d.kind, d.target FROM decision AS d ANTI JOIN edition.main.decision AS b ON b.id = d.id
UNION
SELECT b.kind, b.target FROM edition.main.decision AS b ANTI JOIN decision AS d ON d.id = b.id;
